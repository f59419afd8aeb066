import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LiveKitServer } from '@livekit-swarm/lab';
import type { Host } from './network.ts';

export type Served = Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret' | 'ports' | 'version'>;

const PROGRAM = fileURLToPath(new URL('./serve.ts', import.meta.url));

/** Starts a real livekit-server on `host`. It ends with the network, or with this process. */
export const serveOn = async (host: Host, dir: string): Promise<Served> => {
  const child = host.spawn(process.execPath, [PROGRAM, host.address, dir], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text;
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`no server on ${host.name}: ${said.trim()}`)));
  const [served] = await Promise.race([once(child, 'message'), ended]);
  // From here on it may end: the network was closed.
  ended.catch(() => {});
  return served as Served;
};
