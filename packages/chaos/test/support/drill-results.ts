/**
 * Results of drills for tests of reports, read and judged from invented records like those of real
 * drills.
 */
import type { VerdictDecision } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import type { Drill } from '../../src/drill/drill.ts';
import { combineRepeats } from '../../src/measure/combine-repeats.ts';
import { decideDrillVerdict, type RepeatFacts } from '../../src/measure/decide-verdict.ts';
import type { DrillResult, RepeatResult } from '../../src/measure/drill-result.ts';
import type { DrillSecond, WindowFigures } from '../../src/measure/figures.ts';
import { createRecoveryFold } from '../../src/measure/measure-recovery.ts';
import { drillOf } from './drill-of.ts';
import {
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  happened,
  interruption,
  joinProbe,
  load,
  ROLLBACK_AT,
  recordOf,
} from './drill-record.ts';

const healthy: VerdictDecision = {
  verdict: 'passed',
  exitCode: 0,
  thresholds: [],
  reasons: [],
  health: [],
};

/** Identities of each room: `a-1` … `a-4`. */
export const participantsOf = (rooms: readonly string[], each = 4): string[][] =>
  rooms.map((room) => Array.from({ length: each }, (_, index) => `${room}-${index + 1}`));

const WINDOWS: WindowFigures[] = [
  ['baseline', 0, FAULT_AT, 0.0002, 3.1],
  ['fault', FAULT_AT, ROLLBACK_AT, 0.183, 22.4],
  ['recovery', ROLLBACK_AT, END_AT, 0, 3.4],
].map(([name, fromMs, toMs, loss, latencyP95Ms]) => ({
  name: String(name),
  fromMs: Number(fromMs),
  toMs: Number(toMs),
  joined: 4,
  joinFailures: name === 'fault' ? 1 : 0,
  joinP95Ms: 61.234567,
  packetsPerSecond: 598.333333,
  loss: Number(loss),
  jitterP95Ms: 1.23456789,
  latencyP95Ms: Number(latencyP95Ms),
  nacksPerSecond: name === 'fault' ? 12.3456789 : 0,
}));

const SECONDS: DrillSecond[] = Array.from({ length: END_AT / 1_000 }, (_, second) => {
  const at = second * 1_000;
  const broken = at >= FAULT_AT && at < ROLLBACK_AT;
  return { at, packets: broken ? 411 : 600, loss: broken ? 0.1234567 : 0 };
});

/** One repeat of a drill. */
export const repeatOf = (
  drill: Drill,
  number: number,
  lines: readonly RecordLine[],
  facts: Partial<Pick<RepeatFacts, 'failure' | 'interrupted' | 'decision'>> = {},
): RepeatResult => {
  const fold = createRecoveryFold();
  for (const line of recordOf(...lines)) fold.add(line);
  const recovery = fold.result();
  return {
    number,
    recovery,
    windows: recovery.faults.length === 0 ? [] : WINDOWS,
    seconds: SECONDS,
    record: `records/2026-11-21T08-57-39-${drill.name}${drill.repeats === 1 ? '' : `/repeat-${number}`}/record.ndjson`,
    startedAtMs: 1_795_251_459_000,
    durationMs: 61_234,
    ...decideDrillVerdict({
      drill,
      recovery,
      failure: null,
      interrupted: false,
      decision: healthy,
      ...facts,
    }),
  };
};

/** Result of a drill with these repeats. */
export const resultOf = (
  drill: Drill,
  repeats: readonly RepeatResult[],
  changes: Partial<DrillResult> = {},
): DrillResult => ({
  ...combineRepeats({
    drill,
    deployment: 'lab of 3 nodes',
    server: { host: '127.0.0.1:41234', isLab: true, nodes: 3 },
    startedAt: '2026-11-21T08:57:39.000Z',
    repeats: [...repeats],
    serverVersions: new Set(['1.13.4']),
  }),
  ...changes,
});

const [A = [], B = [], C = []] = participantsOf(['a', 'b', 'c']);

/** Lines of a node that dies, whose participants reconnect to another 4 to 10 s later. */
const recoveredLines = (worst = 10_447.396484375): RecordLine[] => [
  ...load(...A, ...B, ...C),
  ...faultOn('a'),
  ...interruption(A.slice(0, 2), FAULT_AT - 12.25, FAULT_AT + 4_200.1234),
  ...interruption(A.slice(1), FAULT_AT - 8.5, FAULT_AT + worst),
  ...A.flatMap((identity, index) => [
    happened(identity, FAULT_AT + 2_000 + index, { event: 'signal_lost', reason: 'closed' }),
    happened(identity, FAULT_AT + 4_000 + index, {
      event: 'reconnected',
      durationMs: 2_000,
      node: 'ND_b',
    }),
  ]),
];

/** Lines of a room in which each half receives only itself. */
const splitLines = (): RecordLine[] => [
  ...load(...A, ...B, ...C),
  ...faultOn('a', 'b'),
  ...interruption(A, FAULT_AT, ROLLBACK_AT + 0.125),
  ...interruption(B, FAULT_AT, ROLLBACK_AT),
  ...A.slice(0, 2).flatMap((identity) =>
    A.slice(2).flatMap((from) => [
      happened(identity, ROLLBACK_AT + 5, {
        event: 'media_interrupted',
        publisher: from,
        kind: 'audio',
      }),
      happened(from, ROLLBACK_AT + 5, {
        event: 'media_interrupted',
        publisher: identity,
        kind: 'audio',
      }),
    ]),
  ),
  ...A.slice(2).flatMap((identity) => [
    happened(identity, FAULT_AT + 6_000, { event: 'signal_lost', reason: 'timeout' }),
    happened(identity, FAULT_AT + 8_000, { event: 'reconnected', durationMs: 2_000, node: 'ND_c' }),
  ]),
  drillLine(END_AT - 100, {
    event: 'registry_observed',
    rooms: { a: 'ND_c', b: 'ND_b', c: 'ND_c' },
    nodes: { ND_a: 'serving', ND_b: 'serving', ND_c: 'serving' },
    ghostRooms: ['a-copy'],
  }),
];

export const passedDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'kill-room-node',
    description: 'Kills the node that holds a room and restarts it after ten seconds.',
    joinProbes: { everyMs: 2_000, sessionMs: 4_000 },
    objectives: {
      ...drillOf().objectives,
      timeToRecoverP95Ms: 15_000,
      joinProbesConnected: 0.5,
      alertsWithinMs: { LiveKitNodeDown: 30_000 },
    },
  });
  const more = [
    ...joinProbe('a', 2_000, A),
    ...joinProbe('a', 12_000, [], 'timeout'),
    ...joinProbe('z', 14_000, []),
    ...joinProbe('a', 30_000, A),
    drillLine(1_000, { event: 'backends_observed', healthy: 3, total: 3 }),
    drillLine(FAULT_AT + 1_500, { event: 'backends_observed', healthy: 2, total: 3 }),
    drillLine(ROLLBACK_AT + 2_000, { event: 'backends_observed', healthy: 3, total: 3 }),
    drillLine(FAULT_AT + 9_000, {
      event: 'alert_changed',
      name: 'LiveKitNodeDown',
      state: 'firing',
      labels: {},
    }),
    drillLine(ROLLBACK_AT + 9_000, {
      event: 'alert_changed',
      name: 'LiveKitNodeDown',
      state: 'resolved',
      labels: {},
    }),
    drillLine(ROLLBACK_AT + 3_000, {
      event: 'component_replaced',
      component: 'node-1',
      replacement: 'node-1',
      terminatedMs: 40,
      scheduledMs: null,
      runningMs: 10_100,
      readyMs: 13_000,
    }),
  ];
  return resultOf(drill, [repeatOf(drill, 1, [...recoveredLines(), ...more])]);
};

/** Result of a drill with the known failure of its server. */
export const splitBrainDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'hang-10s',
    description: 'Pauses the node that holds a room for 10 s.',
    objectives: { ...drillOf().objectives, timeToRecoverP95Ms: 20_000 },
    knownFailures: {
      serverVersion: '1.13.4',
      always: ['not_recovered', 'split_brain'],
      sometimes: ['rooms_without_media', 'time_to_recover'],
      reason:
        'Clients of other nodes reconnect after 8 to 10 s into a new copy of the room; when the node continues, the old copy remains.',
    },
  });
  return resultOf(drill, [repeatOf(drill, 1, splitLines())]);
};

/** Result of a drill with varying outcomes. */
export const variedDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'hang-10s',
    repeats: 3,
    thresholds: ['media_latency@recovery: p(95)<200'],
  });
  return resultOf(drill, [
    repeatOf(drill, 1, splitLines()),
    repeatOf(drill, 2, recoveredLines()),
    repeatOf(drill, 3, recoveredLines(12_000)),
  ]);
};

export const voidDrill = (): DrillResult => {
  const drill = drillOf({ name: 'clock-skew' });
  const why = 'the kernel has no time namespaces for running processes';
  return resultOf(drill, [
    repeatOf(drill, 1, [
      ...load(...A),
      drillLine(FAULT_AT, { event: 'fault_skipped', fault: 'clock-skew', detail: why }),
    ]),
  ]);
};

/**
 * Result of a drill interrupted by Ctrl-C, during an interruption, in the second of three repeats.
 */
export const interruptedDrill = (): DrillResult => {
  const drill = drillOf({ name: 'kill-room-node', repeats: 3 });
  return resultOf(drill, [
    repeatOf(drill, 1, recoveredLines()),
    repeatOf(drill, 2, [...load(...A, ...B), ...faultOn('a'), ...interruption(A, FAULT_AT, null)], {
      interrupted: true,
    }),
  ]);
};

/** Result of a drill interrupted before any participant had joined. */
export const emptyDrill = (): DrillResult => {
  const drill = drillOf({ name: 'kill-room-node' });
  return resultOf(drill, [repeatOf(drill, 1, [], { interrupted: true })], { serverVersion: null });
};

/** Result of a drill with rooms of four, of which the fault affects every third. */
export const largeDrill = ({
  rooms = 75,
  repeats = 1,
  name = (room: number) => `r${room}`,
} = {}): DrillResult => {
  const drill = drillOf({ name: 'kill-many', repeats, load: { ...drillOf().load, rooms } });
  const names = Array.from({ length: rooms }, (_, index) => name(index + 1));
  const hit = names.filter((_, index) => index % 3 === 0);
  const lines = [
    ...load(...participantsOf(names).flat()),
    ...faultOn(...hit),
    ...participantsOf(hit).flatMap((people, index) =>
      interruption(people, FAULT_AT, index % 5 === 0 ? null : FAULT_AT + 4_000 + 10 * index),
    ),
  ];
  return resultOf(
    drill,
    Array.from({ length: repeats }, (_, index) => repeatOf(drill, index + 1, lines)),
  );
};
