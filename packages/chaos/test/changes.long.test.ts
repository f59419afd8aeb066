/**
 * Tests changes that operators make under calls: their effect on participants, and which of them are refused.
 */
import type { RecordLine } from '@livekit-swarm/record';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import type { JoinProbeResult, Recovery } from '../src/measure/recovery.ts';
import { carryOut, onlyRepeat, smallDrill } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy', 'openssl');

/** Executes a drill of the library with a small load, and returns what it measured. */
const measured = async (name: string, onLine?: (line: RecordLine) => void): Promise<Recovery> => {
  const drill = await smallDrill(name, { recoveryMs: 12_000 });
  const { recovery } = onlyRepeat(await carryOut(drill, onLine));
  expect(recovery.skipped).toEqual([]);
  expect(recovery.faults.map(({ fault }) => fault)).toEqual(drill.faults.map(({ fault }) => fault));
  return recovery;
};

/** Expects no effect on the participants of the load. */
const expectUnaffected = (recovery: Recovery): void => {
  expect(recovery.subscriptionsInterrupted).toBe(0);
  expect(recovery.participants.filter(({ signalLostAt }) => signalLostAt !== null)).toEqual([]);
};

const refused = (probes: readonly JoinProbeResult[]): JoinProbeResult[] =>
  probes.filter(({ failure }) => failure !== null);

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
    if (scheduledAtMs > from + 1_000 && scheduledAtMs < to - 1_000)
      expect({ identity, failure }).toEqual({ identity, failure: 'tls' });
    if (scheduledAtMs < from - 1_000 || scheduledAtMs > to + 1_000)
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
  expect(between((both ?? 0) + 10_000, (one ?? 0) - 2_000)).toEqual([null]);
  expect(between((last ?? 0) + 6_000, Number.POSITIVE_INFINITY)).toEqual(['unauthorized']);
  // LiveKit gives clients new tokens, signed with a random key of their node: some are not refused.
  for (const { at } of participantsRefused) expect(at).toBeGreaterThan(one ?? 0);
  expect(webhooks.map(({ signer }) => signer)).toEqual(['first', 'second']);
  expect(webhooks[1]?.firstAt).toBeGreaterThan(one ?? 0);
});
