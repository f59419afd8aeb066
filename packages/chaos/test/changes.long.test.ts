/**
 * Tests changes that operators make under calls: their effect on participants, and which of them are refused.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import type { Recovery } from '../src/measure/recovery.ts';
import { measured, refused } from './support/measured-change.ts';

await skipWithout('redis', 'haproxy', 'openssl');

/** Expects no effect on the participants of the load. */
const expectUnaffected = (recovery: Recovery): void => {
  expect(recovery.subscriptionsInterrupted).toBe(0);
  expect(recovery.participants.filter(({ signalLostAt }) => signalLostAt !== null)).toEqual([]);
};

it.each(['load-balancer-reload', 'renew-certificate'])(
  '%s: no participant is affected, and none is refused',
  async (name) => {
    const recovery = await measured(name);
    expectUnaffected(recovery);
    expect(refused(recovery.joinProbes)).toEqual([]);
    expect(recovery.joinProbes.some(({ window }) => window !== 'baseline')).toBe(true);
  },
);

it('certificate-expiry: calls continue, and new participants are refused until it is over', async () => {
  const recovery = await measured('certificate-expiry');
  expectUnaffected(recovery);
  const [fault] = recovery.faults;
  const [from, to] = [fault?.injectedAt ?? Number.NaN, fault?.rolledBackAt ?? Number.NaN];
  for (const { identity, scheduledAtMs, failure } of recovery.joinProbes) {
    // The certificate is made and loaded after the injection begins, and joins begin late on a busy host.
    if (scheduledAtMs > from + 6_000 && scheduledAtMs < to - 3_000)
      expect({ identity, failure }).toEqual({ identity, failure: 'tls' });
    if (scheduledAtMs < from - 3_000 || scheduledAtMs > to + 1_000)
      expect({ identity, failure }).toEqual({ identity, failure: null });
  }
});

it('add-node: rooms stay, and the registry has one node more', async () => {
  const registered: string[][] = [];
  const recovery = await measured('add-node', (line) => {
    if (line.type === 'drill' && line.event === 'registry_observed')
      registered.push(
        Object.entries(line.nodes).flatMap(([node, state]) => (state === 'serving' ? [node] : [])),
      );
  });
  expectUnaffected(recovery);
  expect(refused(recovery.joinProbes)).toEqual([]);
  expect(registered[0]).toHaveLength(2);
  expect(Math.max(...registered.map(({ length }) => length))).toBe(3);
  for (const { nodesBefore, nodesAfter } of recovery.rooms) expect(nodesAfter).toEqual(nodesBefore);
});

it('remove-node: calls stay until the drain is over, and no new connection leads to the node', async () => {
  const looks: { at: number; unhealthy?: readonly string[] }[] = [];
  const recovery = await measured(
    'remove-node',
    (line) => {
      if (line.type === 'drill' && line.event === 'backends_observed') looks.push(line);
    },
    30_000,
  );
  const [fault] = recovery.faults;
  const [removed] = fault?.components ?? [];
  if (fault === undefined || removed === undefined) throw new Error('no node was removed');
  const { injectedAt } = fault;
  // The drain is 10 s long. Health checks would find the node down only after it.
  expect(looks[0]?.unhealthy).toEqual([]);
  expect(looks[1]?.unhealthy).toEqual([removed]);
  expect(looks[1]?.at).toBeLessThan(injectedAt + 9_500);
  // No call is cut before its end.
  expect(recovery.subscriptionsInterrupted).toBeGreaterThan(0);
  const moved = recovery.rooms.filter(({ controlGroup }) => !controlGroup);
  for (const { room, lastPacketAt } of recovery.subscriptions)
    if (moved.some((one) => one.room === room))
      expect(lastPacketAt).toBeGreaterThan(injectedAt + 9_500);
  expect(recovery.subscriptionsNotRecovered).toBe(0);
  // Other nodes hold the rooms.
  const [gone] = moved.flatMap(({ nodesBefore }) => nodesBefore);
  for (const { nodesAfter } of recovery.rooms) {
    expect(nodesAfter.length).toBeGreaterThan(0);
    expect(nodesAfter).not.toContain(gone);
  }
});
