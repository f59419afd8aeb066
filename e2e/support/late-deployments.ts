/** Two deployments whose uplinks have known delays, for a difference that swarm has to find. */
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { delayPackets } from './delay-packets.ts';

export interface LateDeployments extends AsyncDisposable {
  /** Flags of `swarm ab` that name the two. */
  flags: string[];
  /** Variables with the keys of both. */
  env: Record<string, string>;
}

/**
 * Starts two servers on this host. The kernel delays what participants send to each of them.
 * @param dir folder for the files of both
 * @param delaysMs delay of the first and of the second
 */
export const startLateDeployments = async (
  dir: string,
  delaysMs: readonly [number, number],
): Promise<LateDeployments> => {
  await using stack = new AsyncDisposableStack();
  const start = async (name: string, delayMs: number) => {
    const server = stack.use(await startLiveKit({ dir: join(dir, name) }));
    stack.use(await delayPackets('uplink', delayMs, server.ports));
    return server;
  };
  const one = await start('one', delaysMs[0]);
  const two = await start('two', delaysMs[1]);
  const kept = stack.move();
  return {
    flags: ['--url', `one=${one.url}`, '--url', `two=${two.url}`, '--keys', 'B=env:KEYS_OF_TWO'],
    env: {
      LIVEKIT_API_KEY: one.apiKey,
      LIVEKIT_API_SECRET: one.apiSecret,
      KEYS_OF_TWO: `${two.apiKey}: ${two.apiSecret}`,
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
