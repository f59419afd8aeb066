/** Clients of several kinds with the oldest pinned livekit-server: the checks of `npm run compatibility`. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { CHECKS, checkPair } from '../../scripts/compatibility/check-pair.ts';
import { nativeClient, ownBrowserClient, rtcClient } from '../../scripts/compatibility/clients.ts';

await skipWithout('redis', 'haproxy', 'chromium');

it.each([
  ['livekit-client', ownBrowserClient],
  ['rtc-node', rtcClient],
  ['the native engine', async () => nativeClient],
])(
  '%s joins livekit-server 1.11.0, sends and receives, and recovers',
  { timeout: 240_000 },
  async (_, client) => {
    const { checks } = await checkPair(await client(), '1.11.0');
    for (const name of CHECKS)
      expect({ name, result: checks[name] }).toEqual({
        name,
        result: expect.objectContaining({ ms: expect.any(Number) }),
      });
  },
);
