/** Tests drills of a single Redis: recovery time and lost state are measured. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectKnown } from './support/expect-known.ts';
import { EXECUTED } from './support/library-coverage.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

it.for(EXECUTED['redis-drills.long.test.ts'])(
  '%s: it is executed, and what it misses is known',
  { timeout: 300_000 },
  async (name, { skip }) => {
    const { repeat } = await expectKnown(name, skip);
    const { continuity } = repeat.recovery;
    expect(continuity?.state.map(({ kind }) => kind)).toContain('room');
    for (const { attempts } of continuity?.probes ?? []) expect(attempts).toBeGreaterThan(20);
    // Every write is rejected.
    if (name === 'redis-full')
      expect(continuity?.probes.find(({ probe }) => probe === 'api')?.failed).toBeGreaterThan(5);
    // What was created after the backup is lost.
    if (name === 'redis-restore') expect(continuity?.rpoMs).toBeGreaterThan(5_000);
  },
);
