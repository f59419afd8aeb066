/** Tests drills of a Redis with Sentinels: recovery time and lost state are measured. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectKnown } from './support/expect-known.ts';
import { EXECUTED } from './support/library-coverage.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

it.for(EXECUTED['redis-sentinel-drills.long.test.ts'])(
  '%s: it is executed, and what it misses is known',
  { timeout: 300_000 },
  async (name, { skip }) => {
    const { repeat } = await expectKnown(name, skip);
    const { continuity } = repeat.recovery;
    for (const { attempts } of continuity?.probes ?? []) expect(attempts).toBeGreaterThan(20);
    // A Sentinel waits two seconds before it takes the primary for dead.
    if (name === 'redis-sentinel-kill') expect(continuity?.rtoMs).toBeGreaterThan(1_000);
    // The replica is isolated for ten seconds before the primary dies.
    if (name === 'redis-sentinel-lost-writes') expect(continuity?.rpoMs).toBeGreaterThan(3_000);
  },
);
