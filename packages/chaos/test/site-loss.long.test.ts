/** Tests the loss of a site and its return: users are sent to the other one, where their calls continue. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectKnown } from './support/expect-known.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

it('the participants of the lost site are in calls at the other one', {
  timeout: 400_000,
}, async ({ skip }) => {
  const { drill, repeat } = await expectKnown('site-loss', skip);
  const { faults, participants, continuity } = repeat.recovery;
  expect(faults[0]?.components).toEqual([
    ...['site-a-node-1', 'site-a-node-2', 'site-a-redis', 'site-a-haproxy'],
  ]);
  // All were disconnected, and each has a recovery time of its own.
  expect(participants).toHaveLength(12);
  for (const { signalLostAt } of participants) expect(signalLostAt).not.toBeNull();
  const times = participants.map(({ timeToRecoverMs }) => timeToRecoverMs ?? Number.NaN);
  expect(Math.min(...times)).toBeGreaterThan(1_000);
  // New users are sent elsewhere after three failed checks, one each second.
  expect(continuity?.rtoMs).toBeGreaterThan(1_500);
  expect(continuity?.rtoMs).toBeLessThan(drill.objectives.rtoMs ?? 0);
});
