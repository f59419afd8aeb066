/**
 * Records of invented runs, for tests: the output of a healthy run of a spec, which a test can
 * damage. Deterministic: figures depend only on the participant's index.
 */

import { parseThreshold, Sketch, type SketchBins } from '@livekit-swarm/metrics';
import {
  emptySeries,
  type GeneratorSample,
  type HostLine,
  type ParticipantLine,
  planFactsOf,
  RECORD_SCHEMA,
  type RecordLine,
  type SampleLine,
  type SeriesSample,
  type TrackResult,
} from '@livekit-swarm/record';
import type { Kind, ParticipantPlan, Plan, Role, Scenario } from '@livekit-swarm/scenario';
import {
  expandPlan,
  FLAGS_GROUP,
  recordedScenario,
  splitPlan,
  workersAnywhere,
} from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad, specOf } from './load-spec.ts';

export { groupOf, roleOf, scenarioOf } from './scenario-of.ts';

export const RUN = 'k3x9';

/** Packet rate of a track, packets/s. */
const PACKETS: Record<Kind, number> = { audio: 50, video: 190 };
const BYTES: Record<Kind, number> = { audio: 120, video: 1_100 };

export const generatorOf = (changes: Partial<GeneratorSample> = {}): GeneratorSample => ({
  cpuCores: 0.05,
  cpuSeconds: 1,
  residentBytes: 120_000_000,
  eventLoopLagMs: 3,
  tickLatenessMs: 1.5,
  stuckThreads: 0,
  lateSends: 0,
  sendErrors: 0,
  socketDrops: 0,
  datagramsSent: 2_000,
  datagramsReceived: 2_000,
  lateJoins: 0,
  hostCpuShare: 0.6,
  ...changes,
});

const bins = (values: number[]): SketchBins => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch.toBins();
};

/** Figures of `tracks` tracks in one second. */
export const seriesOf = (
  direction: 'up' | 'down',
  kind: Kind,
  role: Role,
  tracks: number,
  changes: Partial<SeriesSample> = {},
): SeriesSample => ({
  ...emptySeries({
    direction,
    kind,
    group: FLAGS_GROUP,
    role,
    codec: kind === 'audio' ? 'opus' : 'vp8',
  }),
  tracks,
  packets: tracks * PACKETS[kind],
  bytes: tracks * PACKETS[kind] * BYTES[kind],
  layers: kind === 'video' ? { '720': tracks } : {},
  latency:
    direction === 'down'
      ? bins(Array.from({ length: tracks }, (_, track) => 4 + (track % 5)))
      : bins([]),
  jitter: bins(Array.from({ length: tracks }, (_, track) => 1 + (track % 4) / 2)),
  rtt: bins(Array.from({ length: tracks }, () => 0.8)),
  ...changes,
});

export const trackOf = (
  changes: Partial<TrackResult> & Pick<TrackResult, 'direction' | 'kind'>,
): TrackResult => ({
  codec: changes.kind === 'video' ? 'vp8' : 'opus',
  packets: 1_500,
  bytes: 180_000,
  lostBeforeRecovery: 0,
  lost: 0,
  recovered: 0,
  duplicates: 0,
  outOfOrder: 0,
  nacks: 0,
  plis: 0,
  rtxPackets: 0,
  jitterMs: 1.2,
  rttMs: 0.8,
  latencyP50Ms: 4,
  latencyP95Ms: 7,
  latencyMaxMs: 12,
  interruptions: 0,
  interruptionMs: 0,
  longestInterruptionMs: 0,
  layerSwitches: 0,
  width: 0,
  height: 0,
  activeAtEnd: true,
  ...changes,
});

/** Result of a participant that stayed and received all expected media. */
export const resultOf = (
  plan: Plan,
  participant: ParticipantPlan,
  shard: number,
): ParticipantLine => {
  const others = plan.participants.filter(
    (other) =>
      other.room === participant.room &&
      other.index !== participant.index &&
      other.publish.length > 0,
  );
  const received = (['audio', 'video'] as const).flatMap((kind) =>
    others
      .slice(0, participant.expectedTracks[kind])
      .map((other) => trackOf({ direction: 'down', kind, publisher: other.identity })),
  );
  return {
    type: 'participant',
    at: participant.leaveAtMs,
    shard,
    identity: participant.identity,
    group: participant.group,
    room: participant.room,
    role: participant.role,
    joinAtMs: participant.joinAtMs,
    leaveAtMs: participant.leaveAtMs,
    outcome: 'left',
    reason: null,
    joinTimeMs: joinTimeOf(participant),
    resumes: 0,
    reconnects: 0,
    expectedTracks: participant.expectedTracks,
    tracks: [
      ...participant.publish.map(({ kind }) => trackOf({ direction: 'up', kind })),
      ...received,
    ],
  };
};

const joinTimeOf = ({ index }: ParticipantPlan): number => 60 + (index % 10) * 5;

/** Figures of `flows` flows of data messages in one second. */
const dataOf = (
  direction: 'up' | 'down',
  role: Role,
  flows: number,
  perSecond: number,
): SeriesSample => ({
  ...seriesOf(direction, 'audio', role, flows),
  labels: { direction, kind: 'data', group: FLAGS_GROUP, role, codec: '' },
  packets: flows * perSecond,
  jitter: bins([]),
  rtt: bins([]),
});

const secondOf = (participants: ParticipantPlan[], shard: number, at: number): SampleLine => {
  const present = participants.filter(
    ({ joinAtMs, leaveAtMs }) => joinAtMs < at && at <= leaveAtMs,
  );
  const roles = new Map(
    participants.map(({ group, role }) => [`${group} ${role}`, { group, role }]),
  );
  const series = [...roles.values()].flatMap(({ group, role }) => {
    const mine = present.filter((one) => one.group === group && one.role === role);
    const inGroup = (one: SeriesSample): SeriesSample => ({
      ...one,
      labels: { ...one.labels, group },
    });
    const media = (['audio', 'video'] as const).flatMap((kind) => {
      const up = mine.filter(({ publish }) => publish.some((track) => track.kind === kind)).length;
      const down = mine.reduce((sum, one) => sum + one.expectedTracks[kind], 0);
      return [
        ...(up > 0 ? [seriesOf('up', kind, role, up)] : []),
        ...(down > 0 ? [seriesOf('down', kind, role, down)] : []),
      ];
    });
    const perSecond =
      present.find((one) => one.group === group && one.data.length > 0)?.data[0]
        ?.messagesPerSecond ?? 0;
    const senders = mine.filter(({ data }) => data.length > 0).length;
    return [
      ...media,
      ...(senders > 0 ? [dataOf('up', role, senders, perSecond)] : []),
      ...(perSecond > 0 && mine.length > 0 ? [dataOf('down', role, mine.length, perSecond)] : []),
    ].map(inGroup);
  });
  return {
    type: 'sample',
    at,
    shard,
    intervalMs: 1_000,
    connected: present.length,
    series,
    generator: generatorOf(),
  };
};

/** Lines of a healthy run, in the order in which a run writes them. */
export const recordOf = (
  spec: LoadSpec = specOf(),
  workers = 2,
  thresholds: string[] = [],
): RecordLine[] => recordOfScenario(scenarioOfLoad(spec, thresholds.map(parseThreshold)), workers);

/**
 * Lines of a healthy run of any scenario: no participant is disconnected, and all receive the
 * expected media.
 */
export const recordOfScenario = (scenario: Scenario, workers = 2): RecordLine[] => {
  const plan = expandPlan(scenario, RUN);
  const shards = splitPlan(plan, workersAnywhere(workers));
  const startedAtMs = Date.UTC(2026, 10, 21, 12);
  const joined = plan.participants.map((participant): RecordLine => {
    const total = joinTimeOf(participant);
    return {
      type: 'event',
      at: participant.joinAtMs + total,
      event: 'joined',
      identity: participant.identity,
      group: participant.group,
      room: participant.room,
      role: participant.role,
      phases: { started: 1, signal: total / 3, ice: total / 2, joined: total },
      node: 'ND_test',
      serverVersion: '1.13.4',
    };
  });
  const seconds = Array.from(
    { length: Math.floor(plan.endAtMs / 1_000) },
    (_, second) => (second + 1) * 1_000,
  );
  const results = shards.flatMap(({ shard, participants }) =>
    participants.map((one) => resultOf(plan, one, shard)),
  );
  const samples = seconds.flatMap((at) =>
    shards.map(({ shard, participants }) => secondOf(participants, shard, at)),
  );
  return [
    {
      type: 'header',
      schema: RECORD_SCHEMA,
      run: RUN,
      startedAt: new Date(startedAtMs).toISOString(),
      startedAtMs,
      scenario: recordedScenario(plan.scenario),
      plan: planFactsOf(plan),
      environment: { swarm: '0.1.0', node: 'v24.21.0', cores: 4 },
      processes: workers,
    },
    {
      type: 'deployment',
      at: 0,
      url: 'ws://127.0.0.1:7880',
      embedded: true,
      serverVersion: '1.13.4',
      nodes: [],
    },
    ...[...joined, ...samples, ...results].sort((a, b) =>
      'at' in a && 'at' in b ? a.at - b.at : 0,
    ),
    { type: 'end', at: plan.endAtMs, reason: 'completed' },
  ];
};

/** Changes lines of a record; a line for which `change` returns null is left out. */
export const altered = (
  lines: RecordLine[],
  change: (line: RecordLine) => RecordLine | null,
): RecordLine[] =>
  lines.flatMap((line) => {
    const changed = change(line);
    return changed === null ? [] : [changed];
  });

/** Changes lines to those of a run whose shards are on separate hosts: `load-1`, `load-2`, … */
export const onHosts = (lines: RecordLine[], changes: Partial<HostLine> = {}): RecordLine[] => {
  const [header, ...rest] = lines;
  if (header?.type !== 'header') throw new RangeError('a record begins with its header');
  const hosts = Array.from({ length: header.processes }, (_, shard): HostLine => {
    const host = `load-${shard + 1}`;
    const clock = { clockOffsetMs: -3 + shard, clockUncertaintyMs: 0.21 };
    const size = { cores: 16, memoryBytes: 67_400_000_000 };
    const labels = { region: 'eu' };
    return {
      type: 'host',
      at: -1_995,
      agent: `${host}-3785ff`,
      host,
      shards: [shard],
      labels,
      ...size,
      ...clock,
      ...changes,
    };
  });
  const started = altered(rest, (line) =>
    line.type === 'sample' && line.at === 1_000
      ? { ...line, generator: { ...line.generator, startLatenessMs: 1.2 } }
      : line,
  );
  return [header, ...hosts, ...started];
};
