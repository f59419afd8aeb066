/** Results of drills for tests of reports: records of what happened, read and judged as those of real drills are. */
import type { Judgement } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import type { Drill } from '../../src/drill/drill.ts';
import { combineRepeats } from '../../src/measure/combine-repeats.ts';
import { judgeRepeat, type RepeatFacts } from '../../src/measure/decide-verdict.ts';
import type { DrillResult, RepeatResult } from '../../src/measure/drill-result.ts';
import { createRecoveryFold } from '../../src/measure/measure-recovery.ts';
import type { DrillSecond } from '../../src/measure/seconds.ts';
import type { WindowFigures } from '../../src/measure/window-figures.ts';
import { drillOf } from './drill-of.ts';
import {
  crowd,
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  HEAL_AT,
  happened,
  newcomer,
  recordOf,
  silence,
} from './drill-record.ts';

const healthy: Judgement = {
  verdict: 'passed',
  exitCode: 0,
  thresholds: [],
  reasons: [],
  health: [],
};

/** `a-1` … `a-4` of each room. */
export const peopleOf = (rooms: readonly string[], each = 4): string[][] =>
  rooms.map((room) => Array.from({ length: each }, (_, index) => `${room}-${index + 1}`));

const WINDOWS: WindowFigures[] = [
  ['baseline', 0, FAULT_AT, 0.0002, 3.1],
  ['fault', FAULT_AT, HEAL_AT, 0.183, 22.4],
  ['recovery', HEAL_AT, END_AT, 0, 3.4],
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
  const broken = at >= FAULT_AT && at < HEAL_AT;
  return { at, packets: broken ? 411 : 600, loss: broken ? 0.1234567 : 0 };
});

/** One time that a drill was carried out. */
export const repeatOf = (
  drill: Drill,
  number: number,
  lines: readonly RecordLine[],
  facts: Partial<Pick<RepeatFacts, 'played' | 'failure' | 'interrupted' | 'run'>> = {},
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
    tookMs: 61_234,
    ...judgeRepeat({
      drill,
      recovery,
      played: { injected: 1, skipped: [] },
      failure: null,
      interrupted: false,
      run: { judgement: healthy },
      ...facts,
    }),
  };
};

/** What its repeats come to. */
export const resultOf = (
  drill: Drill,
  repeats: readonly RepeatResult[],
  changes: Partial<DrillResult> = {},
): DrillResult => ({
  ...combineRepeats({
    drill,
    target: 'lab of 3 nodes',
    startedAt: '2026-11-21T08:57:39.000Z',
    repeats: [...repeats],
    versions: new Set(['1.13.4']),
  }),
  ...changes,
});

const [A = [], B = [], C = []] = peopleOf(['a', 'b', 'c']);

/** A node dies; its people are somewhere else 4 to 10 s later. */
const cameBack = (worst = 10_447.396484375): RecordLine[] => [
  ...crowd(...A, ...B, ...C),
  ...faultOn('a'),
  ...silence(A.slice(0, 2), FAULT_AT - 12.25, FAULT_AT + 4_200.1234),
  ...silence(A.slice(1), FAULT_AT - 8.5, FAULT_AT + worst),
  ...A.flatMap((identity, index) => [
    happened(identity, FAULT_AT + 2_000 + index, { event: 'signal_lost', reason: 'closed' }),
    happened(identity, FAULT_AT + 4_000 + index, { event: 'reconnected', ms: 2_000, node: 'ND_b' }),
  ]),
];

/** People of a room hear their own half of it and nobody else. */
const fellApart = (): RecordLine[] => [
  ...crowd(...A, ...B, ...C),
  ...faultOn('a', 'b'),
  ...silence(A, FAULT_AT, HEAL_AT + 0.125),
  ...silence(B, FAULT_AT, HEAL_AT),
  ...A.slice(0, 2).flatMap((identity) =>
    A.slice(2).flatMap((from) => [
      happened(identity, HEAL_AT + 5, { event: 'media_interrupted', from, kind: 'audio' }),
      happened(from, HEAL_AT + 5, { event: 'media_interrupted', from: identity, kind: 'audio' }),
    ]),
  ),
  ...A.slice(2).flatMap((identity) => [
    happened(identity, FAULT_AT + 6_000, { event: 'signal_lost', reason: 'timeout' }),
    happened(identity, FAULT_AT + 8_000, { event: 'reconnected', ms: 2_000, node: 'ND_c' }),
  ]),
  drillLine(END_AT - 100, {
    what: 'registry',
    rooms: { a: 'ND_c', b: 'ND_b', c: 'ND_c' },
    nodes: { ND_a: 'serving', ND_b: 'serving', ND_c: 'serving' },
    ghosts: ['a-copy'],
  }),
];

export const passedDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'kill-room-node',
    description: 'The node that holds a room dies, and comes back after ten seconds.',
    newcomers: { everyMs: 2_000, stayMs: 4_000 },
    objectives: {
      ...drillOf().objectives,
      rtoP95Ms: 15_000,
      newcomersIn: 0.5,
      alertsWithinMs: { LiveKitNodeDown: 30_000 },
    },
  });
  const more = [
    ...newcomer('a', 2_000, A),
    ...newcomer('a', 12_000, [], 'timeout'),
    ...newcomer('z', 14_000, []),
    ...newcomer('a', 30_000, A),
    drillLine(1_000, { what: 'backends', healthy: 3, total: 3 }),
    drillLine(FAULT_AT + 1_500, { what: 'backends', healthy: 2, total: 3 }),
    drillLine(HEAL_AT + 2_000, { what: 'backends', healthy: 3, total: 3 }),
    drillLine(FAULT_AT + 9_000, {
      what: 'alert',
      name: 'LiveKitNodeDown',
      state: 'firing',
      labels: {},
    }),
    drillLine(HEAL_AT + 9_000, {
      what: 'alert',
      name: 'LiveKitNodeDown',
      state: 'resolved',
      labels: {},
    }),
    drillLine(HEAL_AT + 3_000, {
      what: 'comeback',
      member: 'node-1',
      successor: 'node-1',
      terminatedMs: 40,
      scheduledMs: null,
      runningMs: 10_100,
      readyMs: 13_000,
    }),
  ];
  return resultOf(drill, [repeatOf(drill, 1, [...cameBack(), ...more])]);
};

/** Fails as its server is known to. */
export const splitDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'hang-10s',
    description: 'The node that holds a room stands still for 10 s.',
    objectives: { ...drillOf().objectives, rtoP95Ms: 20_000 },
    known: {
      server: '1.13.4',
      fails: ['never-recovered', 'split-brain'],
      sometimes: ['rooms-lost'],
      because:
        'Clients of other nodes reconnect at 8 to 10 s into a new copy of the room, and when the node goes on the old copy lives on beside it.',
    },
  });
  return resultOf(drill, [repeatOf(drill, 1, fellApart())]);
};

/** The same drill comes out differently. */
export const variedDrill = (): DrillResult => {
  const drill = drillOf({
    name: 'hang-10s',
    repeats: 3,
    thresholds: ['media_latency@recovery: p(95)<200'],
  });
  return resultOf(drill, [
    repeatOf(drill, 1, fellApart()),
    repeatOf(drill, 2, cameBack()),
    repeatOf(drill, 3, cameBack(12_000)),
  ]);
};

export const voidDrill = (): DrillResult => {
  const drill = drillOf({ name: 'clock-skew' });
  const why = 'the kernel has no time namespaces for programs that run already';
  return resultOf(drill, [
    repeatOf(
      drill,
      1,
      [...crowd(...A), drillLine(FAULT_AT, { what: 'skipped', fault: 'clock-skew', message: why })],
      {
        played: { injected: 0, skipped: [`clock-skew: ${why}`] },
      },
    ),
  ]);
};

/** By Ctrl-C, while everybody was silent, in the second of three repeats. */
export const interruptedDrill = (): DrillResult => {
  const drill = drillOf({ name: 'kill-room-node', repeats: 3 });
  return resultOf(drill, [
    repeatOf(drill, 1, cameBack()),
    repeatOf(drill, 2, [...crowd(...A, ...B), ...faultOn('a'), ...silence(A, FAULT_AT, null)], {
      interrupted: true,
    }),
  ]);
};

/** Nobody had joined when it was interrupted. */
export const emptyDrill = (): DrillResult => {
  const drill = drillOf({ name: 'kill-room-node' });
  return resultOf(drill, [repeatOf(drill, 1, [], { interrupted: true })], { serverVersion: null });
};

/** So many rooms of four, of which every third is hit. */
export const largeDrill = ({
  rooms = 75,
  repeats = 1,
  name = (room: number) => `r${room}`,
} = {}): DrillResult => {
  const drill = drillOf({ name: 'kill-many', repeats, crowd: { ...drillOf().crowd, rooms } });
  const names = Array.from({ length: rooms }, (_, index) => name(index + 1));
  const hit = names.filter((_, index) => index % 3 === 0);
  const lines = [
    ...crowd(...peopleOf(names).flat()),
    ...faultOn(...hit),
    ...peopleOf(hit).flatMap((people, index) =>
      silence(people, FAULT_AT, index % 5 === 0 ? null : FAULT_AT + 4_000 + 10 * index),
    ),
  ];
  return resultOf(
    drill,
    Array.from({ length: repeats }, (_, index) => repeatOf(drill, index + 1, lines)),
  );
};
