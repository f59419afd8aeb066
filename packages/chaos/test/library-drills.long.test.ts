/** Tests one drill of the library for each kind of fault. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { it } from 'vitest';
import { expectKnown } from './support/expect-known.ts';
import { EXECUTED } from './support/library-coverage.ts';

await skipWithout('packet-filter', 'redis', 'haproxy', 'coturn');

it.for(EXECUTED['library-drills.long.test.ts'])(
  '%s: it is executed, and what it misses is known',
  { timeout: 300_000 },
  async (name, { skip }) => {
    await expectKnown(name, skip);
  },
);
