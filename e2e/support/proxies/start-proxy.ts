import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Certificate, createAuthority } from '@livekit-swarm/lab';
import type { ProxyProgram } from './proxy-case.ts';

/** Time limit for a start, which takes a second or two, ms. */
const START_MS = 60_000;
/** Address of proxies and of livekit-server. */
const HOST = '127.0.0.1';
/** Time limit for a graceful end, ms: Traefik waits 10 s for open requests. */
const STOP_MS = 20_000;

/** A proxy with all its configurations, each at a port of its own. */
export interface RunningProxy extends AsyncDisposable {
  /** Certificate that it shows, which its own authority signed. */
  certificate: Certificate;
  /** Certificate of the authority. */
  authority: string;
  /** Returns the URL of the deployment behind the configuration with this title. */
  urlOf(title: string): string;
}

/**
 * @param command starts the proxy in the foreground with this file, in this folder
 * @param livekit address of livekit-server
 * @throws Error with the output of the proxy, which is stopped, when it does not start in time
 */
export const startProxy = async (
  proxy: ProxyProgram,
  command: (file: string, dir: string) => readonly [program: string, ...args: string[]],
  { dir, livekit }: { dir: string; livekit: string },
): Promise<RunningProxy> => {
  const [nothing = 0, ...ports] = await freePorts(proxy.cases.length + 1);
  const listens = ports.map((port) => `${HOST}:${port}`);
  const { authority, certificate } = await makeCertificate(join(dir, 'certificates'));
  const configurations = proxy.cases.map((one, index) =>
    one.configuration({
      ...{ host: HOST, livekit, certificate: certificate.cert },
      ...{ nothing: `${HOST}:${nothing}`, listen: listens[index] ?? '' },
    }),
  );
  const file = join(dir, proxy.fileName ?? 'proxy.cfg');
  writeFileSync(file, proxy.file(configurations));
  const [program, ...args] = command(file, dir);
  const parameters = proxy.parameters?.(file, listens) ?? [];
  const child = spawn(program, [...args, ...parameters], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = endOf(child);
  const running: RunningProxy = {
    ...{ certificate, authority },
    urlOf: (title) => {
      const index = proxy.cases.findIndex((one) => one.title === title);
      const { isEncrypted = false, path = '' } = proxy.cases[index] ?? {};
      return `${isEncrypted ? 'wss' : 'ws'}://${listens[index]}${path}`;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(kill);
    },
  };
  const start = new AbortController();
  void ended.then((reason) => start.abort(reason));
  const signal = AbortSignal.any([start.signal, AbortSignal.timeout(START_MS)]);
  try {
    for (const port of ports) await until(() => accepts(port), signal);
    // Traefik listens before it has read its routes.
    await until(() => isLiveKitAt(`https://${listens[0]}/`, authority, signal), signal);
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw new Error(`${proxy.title} did not start: ${String(error)}: ${output}`, { cause: error });
  }
  return running;
};

/** A certificate for `HOST`, and that of its authority. Its key lies where configurations expect it. */
const makeCertificate = async (
  folder: string,
): Promise<{ authority: string; certificate: Certificate }> => {
  const { certificate: authority, sign } = await createAuthority(folder);
  const names = [`IP:${HOST}`];
  const { cert, key } = await sign({
    ...{ name: 'livekit', subject: '/CN=livekit', usage: 'serverAuth', names },
  });
  renameSync(key, `${cert}.key`);
  return { authority: authority.cert, certificate: { cert, key: `${cert}.key` } };
};

/** Ports that were free a moment ago, all different. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
};

/** Reason why the process has ended, or never began. */
const endOf = async (child: ChildProcess): Promise<string> => {
  try {
    const [code, signal] = await once(child, 'exit');
    return `it ended with ${signal ?? `exit code ${code}`}`;
  } catch (error) {
    return String(error);
  }
};

/** @throws the reason of the signal */
const until = async (isTrue: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
  while (!(await isTrue())) {
    signal.throwIfAborted();
    await sleep(50);
  }
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

/** True when livekit-server answers at this https URL; a proxy that starts may close connections. */
const isLiveKitAt = (url: string, authority: string, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get(url, { ca: readFileSync(authority), signal, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
