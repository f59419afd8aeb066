import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, type StartOptions, startLiveKit } from '@livekit-swarm/lab';

/** Start a livekit-server for a test, with a temporary folder that is removed with it. */
export const startServer = async (
  options: Omit<StartOptions, 'dir'> = {},
): Promise<LiveKitServer> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-engine-test-'));
  const server = await startLiveKit({ ...options, dir });
  const end = async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { ...server, stop: end, [Symbol.asyncDispose]: end };
};
