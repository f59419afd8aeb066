/**
 * Plants a violation into real calls: a fault that drops media and nothing else, so that every
 * client stays connected and receives nothing.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import type { Traffic } from '../src/faults/effects/packet-rules.ts';
import { dropPackets, findDropRules, rollbackPackets } from '../src/faults/effects/packet-rules.ts';
import { forAll } from '../src/faults/effects/process-control.ts';
import type { Fault } from '../src/faults/fault.ts';
import { findFault } from '../src/faults/fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { drillOf, faultOf } from './support/drill-of.ts';
import { carryOut, onlyRepeat } from './support/library-drill.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

const FROM_NODE: Traffic = { protocol: 'udp', direction: 'out' };

/**
 * First two bits of a datagram: 2 for RTP and RTCP, 0 for STUN and DTLS (RFC 7983 §7). ICE
 * keeps its checks, and no client has a reason to reconnect.
 */
const MEDIA = '@th,64,2 2';

const silence: Fault = {
  ...findFault(FAULTS, 'blackhole'),
  name: 'silence',
  inject: ({ platform, components, id }) =>
    forAll(components, (component) => dropPackets(platform, component, id, FROM_NODE, MEDIA)),
  missingEffect: ({ platform, id }, component, atEnd) =>
    findDropRules(platform, component, id, FROM_NODE, atEnd),
  rollback: ({ platform, components, id }) =>
    forAll(components, (component) => rollbackPackets(platform, component, id)),
};

it('finds clients that stay connected while media from their node is dropped', async () => {
  const { objectives } = drillOf();
  const drill = drillOf({
    name: 'silence',
    lab: { ...drillOf().lab, nodes: 1 },
    load: { ...drillOf().load, rooms: 1, participants: 2, joinRate: 20 },
    steadyState: { withinMs: 5_000, forMs: 2_000, atMs: null },
    faults: [faultOf({ fault: 'silence', durationMs: 32_000 })],
    recoveryMs: 5_000,
    objectives: {
      ...objectives,
      ...{ subscriptionsNotRecovered: null, roomsWithoutMedia: null, splitBrain: null },
      ...{ controlGroupInterruptionMs: null, invariantViolations: 0 },
    },
  });
  const { recovery, failedObjectives } = onlyRepeat(
    await carryOut(drill, () => {}, new Map([['silence', silence]])),
  );
  expect(recovery.participants.map(({ signalLostAt }) => signalLostAt)).toEqual([null, null]);
  expect(recovery.violations).toMatchObject([
    {
      invariant: 'connected_without_media',
      participants: [expect.any(String), expect.any(String)],
    },
  ]);
  const [{ fromAt, toAt } = { fromAt: 0, toAt: 0 }] = recovery.violations;
  const injectedAt = recovery.faults[0]?.injectedAt ?? 0;
  expect(Math.abs(fromAt - injectedAt)).toBeLessThan(1_000);
  expect((toAt ?? 0) - fromAt).toBeGreaterThan(31_000);
  expect(failedObjectives).toEqual(['invariants']);
});
