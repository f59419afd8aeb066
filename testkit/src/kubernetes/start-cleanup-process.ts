import { fork } from 'node:child_process';

const program = (): URL => new URL('./cleanup-process.ts', import.meta.url);

/**
 * Starts the cleanup process of a cluster.
 * @returns a function that ends it, for when everything is removed
 */
export const startCleanupProcess = (): (() => void) => {
  const child = fork(program(), {
    detached: true,
    execArgv: [],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('error', () => {});
  child.unref();
  child.channel?.unref();
  return () => void child.kill('SIGKILL');
};
