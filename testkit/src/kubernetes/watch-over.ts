import { fork } from 'node:child_process';

const program = (): URL =>
  new URL(`./janitor${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Starts the janitor of a cluster (see `janitor.ts`). @returns ends it, once everything is removed */
export const startCleanupProcess = (): (() => void) => {
  const janitor = fork(program(), {
    detached: true,
    execArgv: [],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  janitor.on('error', () => {});
  janitor.unref();
  janitor.channel?.unref();
  return () => void janitor.kill('SIGKILL');
};
