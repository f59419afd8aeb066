import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LiveKitConfig, LiveKitServer, LiveKitVersion } from '@livekit-swarm/lab';
import type { Host } from './network.ts';

export type Served = Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret' | 'ports' | 'pid'>;

const PROGRAM = fileURLToPath(new URL('./serve.ts', import.meta.url));

/** Starts a real livekit-server on `host`. It ends with the host's network, or with this process. */
export const serveOn = async (
  { name, address, through }: Pick<Host, 'name' | 'address' | 'through'>,
  version: LiveKitVersion,
  dir: string,
  config: LiveKitConfig = {},
): Promise<Served> => {
  const [program, ...args] = [
    ...through,
    process.execPath,
    PROGRAM,
    version,
    address,
    dir,
    JSON.stringify(config),
  ] as const;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`no server on ${name}: ${said.trim()}`)),
  );
  // Later on it may end: the network was closed.
  ended.catch(() => {});
  const [served] = await Promise.race([once(child, 'message'), ended]);
  return served as Served;
};
