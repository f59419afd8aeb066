/** A real nginx in front of one node, with locations as operators write them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';
import { scratch } from './swarm.ts';

export interface Nginx extends AsyncDisposable {
  port: number;
}

/** Directives that pass a WebSocket on. */
export const UPGRADE =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

/** @param locations of its only server */
export const openNginx = async (locations: string): Promise<Nginx> => {
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const dir = scratch();
  const file = join(dir, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; worker_processes 1; events {}
http { access_log off; ${temporary.join(' ')}
server { listen 127.0.0.1:${port}; ${locations} } }
`,
  );
  const nginx = spawn('nginx', ['-c', file, '-e', join(dir, 'error.log')], { stdio: 'ignore' });
  const ended = once(nginx, 'exit');
  while (!(await accepts(port))) {
    if (nginx.exitCode !== null) throw new Error('nginx did not start');
    await sleep(50);
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      nginx.kill('SIGTERM');
      await ended;
    },
  };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
