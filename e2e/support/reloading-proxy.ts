/** A real HAProxy in front of one node, with the command that reloads it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';
import { scratch } from './swarm.ts';

export interface ReloadingProxy extends AsyncDisposable {
  port: number;
  reload: string;
}

/** @param global lines of its section `global` */
export const openReloadingProxy = async (
  backend: number,
  global: readonly string[] = [],
): Promise<ReloadingProxy> => {
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const file = join(scratch(), 'haproxy.cfg');
  writeFileSync(
    file,
    `global
${global.map((line) => `  ${line}\n`).join('')}
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
listen livekit
  bind 127.0.0.1:${port}
  server node 127.0.0.1:${backend}
`,
  );
  // A master with workers, as systemd runs it: on USR2 it starts new ones, and the old ones finish.
  const master = spawn('haproxy', ['-W', '-f', file], { stdio: 'ignore' });
  const ended = once(master, 'exit');
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (answer?.ok === true) break;
    if (attempt === 100 || master.exitCode !== null) throw new Error('haproxy did not start');
    await sleep(50);
  }
  return {
    port,
    reload: `kill -USR2 ${master.pid}`,
    [Symbol.asyncDispose]: async () => {
      master.kill('SIGTERM');
      await ended;
    },
  };
};
