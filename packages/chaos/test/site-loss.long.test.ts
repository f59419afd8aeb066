/**
 * Tests the loss of a site and its return: users arrive at the other site, by a token endpoint or by
 * a name, and their calls stay there.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import type { RepeatResult } from '../src/measure/drill-result.ts';
import { expectKnown } from './support/expect-known.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

/** Expects that all were at the first site, and are at the other one; returns their times, ms. */
const expectMoved = ({ recovery: { faults, participants, rooms } }: RepeatResult): number[] => {
  expect(faults[0]?.components).toEqual([
    ...['site-a-node-1', 'site-a-node-2', 'site-a-redis', 'site-a-haproxy'],
  ]);
  const lost = new Set(rooms.flatMap(({ nodesBefore }) => nodesBefore));
  for (const { nodesAfter } of rooms) {
    expect(nodesAfter).toHaveLength(1);
    expect(lost).not.toContain(nodesAfter[0]);
  }
  expect(participants.length).toBeGreaterThan(0);
  for (const { signalLostAt } of participants) expect(signalLostAt).not.toBeNull();
  return participants.map(({ timeToRecoverMs }) => timeToRecoverMs ?? Number.NaN);
};

it('with a token endpoint, the participants of the lost site are in calls at the other one', {
  timeout: 400_000,
}, async ({ skip }) => {
  const { drill, repeat } = await expectKnown('site-loss', skip);
  // SDKs try the lost site before the application asks where to go.
  expect(Math.min(...expectMoved(repeat))).toBeGreaterThan(1_000);
  // New users are sent elsewhere after three failed checks, one each second.
  const { continuity } = repeat.recovery;
  expect(continuity?.rtoMs).toBeGreaterThan(1_500);
  expect(continuity?.rtoMs).toBeLessThan(drill.objectives.rtoMs ?? 0);
});

it('with one name for both sites, the participants of the lost site reconnect to the other one', {
  timeout: 400_000,
}, async ({ skip }) => {
  const { drill, repeat } = await expectKnown('site-loss-dns', skip);
  const { nameMoves, participants, faults, continuity } = repeat.recovery;
  // The first site is lost for a minute: they did not wait until it returned.
  expect(Math.max(...expectMoved(repeat))).toBeLessThan(55_000);
  // The SDK finds the other site itself; the application does nothing.
  expect(new Set(participants.map(({ recoveredBy }) => recoveredBy))).toEqual(
    new Set(['reconnect']),
  );
  const [away, back] = nameMoves;
  if (away === undefined || back === undefined) throw new Error('the name did not lead elsewhere');
  // It leads away after three failed checks, one each second, and back when the site has returned.
  const lostAt = faults[0]?.injectedAt ?? Number.NaN;
  expect(away.at - lostAt).toBeGreaterThan(1_500);
  expect(back.at - lostAt).toBeGreaterThan(60_000);
  expect(back.to).not.toBe(away.to);
  expect(away.newConnections).toBeGreaterThanOrEqual(participants.length);
  // New users wait for the end of an answer that they have, at most.
  expect(continuity?.rtoMs).toBeGreaterThan(1_500);
  expect(continuity?.rtoMs).toBeLessThan(drill.objectives.rtoMs ?? 0);
});
