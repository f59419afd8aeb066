/**
 * Tests changes of the access of clients, under calls: rotation of API keys, and change of DNS.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { measured, refused } from './support/measured-change.ts';

await skipWithout('redis', 'haproxy');

it('rotate-keys: each node refuses the key that it does not have, and the first one is refused at the end', {
  timeout: 240_000,
}, async () => {
  const { keyRotation, faults, joinProbes } = await measured('rotate-keys');
  if (keyRotation === null) throw new Error('no answers to keys');
  const { answers, webhooks, participantsRefused } = keyRotation;
  for (const node of ['node-1', 'node-2']) {
    const of = (key: string) =>
      answers
        .filter((one) => one.node === node && one.key === key && one.api !== 'unreachable')
        .map(({ api, join }) => `${api} ${join}`);
    expect(of('first')[0]).toBe('accepted accepted');
    expect(of('first').at(-1)).toBe('refused refused');
    expect(of('second')[0]).toBe('refused refused');
    expect(of('second').at(-1)).toBe('accepted accepted');
  }
  const [, both, one, last] = faults.map(({ injectedAt }) => injectedAt);
  // While both nodes have both keys, no participant is refused; at the end, every one is.
  const between = (from: number, to: number): (string | null)[] => {
    const found = joinProbes.filter(({ scheduledAtMs: at }) => at > from && at < to);
    expect(found.length).toBeGreaterThan(0);
    return [...new Set(found.map(({ failure }) => failure))];
  };
  expect(between((both ?? 0) + 10_000, (one ?? 0) - 4_000)).toEqual([null]);
  expect(between((last ?? 0) + 6_000, Number.POSITIVE_INFINITY)).toEqual(['unauthorized']);
  // LiveKit gives clients new tokens, signed with a random key of their node: some are not refused.
  for (const { at } of participantsRefused) expect(at).toBeGreaterThan(one ?? 0);
  expect(webhooks.map(({ signer }) => signer)).toEqual(['first', 'second']);
  expect(webhooks[1]?.firstAt).toBeGreaterThan(one ?? 0);
});

it('change-dns: new connections follow within the TTL, and calls reconnect when the old address closes', {
  timeout: 240_000,
}, async () => {
  const { nameMoves, joinProbes, participants, faults } = await measured('change-dns');
  const [move, back] = nameMoves;
  expect(back?.to).toBe('127.0.0.1');
  if (move === undefined) throw new Error('the name led nowhere else');
  const { ttlMs, oldConnections, oldLastMs, newConnections, newFirstMs } = move;
  expect(ttlMs).toBe(10_000);
  // None went to the old address with an answer that was older than its TTL; a busy host delays
  // joins. None at all did if the answer had just expired.
  expect(oldLastMs ?? 0).toBeLessThan(ttlMs + 5_000);
  expect(oldLastMs === null).toBe(oldConnections === 0);
  expect(newConnections).toBeGreaterThan(0);
  expect(newFirstMs).toBeLessThan(ttlMs + 5_000);
  expect(refused(joinProbes)).toEqual([]);
  const closedAt = (faults[0]?.injectedAt ?? 0) + 20_000;
  for (const { signalLostAt } of participants)
    expect(Math.abs((signalLostAt ?? 0) - closedAt)).toBeLessThan(3_000);
});
