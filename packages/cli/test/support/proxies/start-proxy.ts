import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyProgram } from './proxy-case.ts';

/** A proxy with all its configurations, each at a port of its own. */
export interface RunningProxy extends AsyncDisposable {
  /** Returns the URL of the deployment behind the configuration with this title. */
  urlOf(title: string): string;
}

/**
 * @param command starts the proxy in the foreground with this file, in this folder
 * @param livekit address of livekit-server
 */
export const startProxy = async (
  proxy: ProxyProgram,
  command: (file: string, dir: string) => readonly [program: string, ...args: string[]],
  { dir, livekit }: { dir: string; livekit: string },
): Promise<RunningProxy> => {
  const [nothing = 0, ...ports] = await freePorts(proxy.cases.length + 1);
  const addresses = { livekit, nothing: `127.0.0.1:${nothing}` };
  const configurations = proxy.cases.map((one, index) =>
    one.configuration({ ...addresses, listen: `127.0.0.1:${ports[index]}` }),
  );
  const file = join(dir, 'proxy.cfg');
  writeFileSync(file, proxy.file(configurations));
  const [program, ...args] = command(file, dir);
  const child = spawn(program, args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'exit');
  for (const port of ports)
    await listening(
      port,
      () => child.exitCode !== null,
      () => said,
    );
  return {
    urlOf: (title) => {
      const index = proxy.cases.findIndex((one) => one.title === title);
      return `ws://127.0.0.1:${ports[index]}${proxy.cases[index]?.path ?? ''}`;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Ports that were free a moment ago, all different. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
};

const listening = async (
  port: number,
  hasEnded: () => boolean,
  said: () => string,
): Promise<void> => {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    if (hasEnded()) throw new Error(`the proxy did not start: ${said()}`);
    await sleep(50);
  }
};
