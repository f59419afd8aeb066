import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { LiveAffected, LiveFold, LiveMark } from '@livekit-swarm/analysis/live';
import { plural, withoutSecrets } from '@livekit-swarm/settings';
import { crossedText, limitOf, measuredOf, thresholdName } from '../../phrases/limits.ts';
import { eventText } from '../../phrases/run-event.ts';
import { stagesOf } from '../../run/html/sections/glance.ts';
import { untrusted } from '../markup.ts';
import { chartsOf, type LiveLayout, valuesOf } from './live-charts.ts';
import type {
  LiveFull,
  LiveMarkData,
  LiveParticipantRow,
  LiveRunFacts,
  LiveStatus,
  LiveThreshold,
  LiveTick,
} from './live-data.ts';

/** More are not readable. */
const MAX_THRESHOLDS = 60;
const MAX_AFFECTED = 10;

/** Which run of how many; the rest is in the record. */
export type RunNumber = Pick<LiveRunFacts, 'number' | 'of'>;

/** A run as it is now, for a browser that knows nothing of it. */
export const fullOf = (run: LiveFold, layout: LiveLayout, number: RunNumber): LiveFull => ({
  kind: 'full',
  facts: factsOf(run, number),
  page: {
    step: run.columns.step,
    points: run.columns.points,
    bands: stagesOf(run.header?.plan.windows ?? [])
      .filter(({ source }) => source !== 'builtin')
      .map(({ name, fromMs, toMs }) => ({
        name: untrusted(name),
        from: fromMs / 1_000,
        to: toMs / 1_000,
      })),
    charts: chartsOf(layout, run.columns, run.thresholds),
  },
  marks: run.marks.all.map(markOf),
  status: run.header === null ? null : statusOf(run),
});

/** The last second of a run. */
export const tickOf = (
  run: LiveFold,
  layout: LiveLayout,
  marks: readonly LiveMark[],
): LiveTick => ({
  kind: 'tick',
  point: run.point,
  values: valuesOf(layout, run.columns, run.point),
  marks: marks.map(markOf),
  status: statusOf(run),
});

const factsOf = (
  { header, deployment, serverVersion }: LiveFold,
  number: RunNumber,
): LiveRunFacts => ({
  ...number,
  run: header?.run ?? '',
  scenario: untrusted(header?.scenario.name ?? ''),
  startedAtMs: header?.startedAtMs ?? null,
  deployment:
    deployment === null
      ? null
      : untrusted(
          `${withoutSecrets(deployment.url)}${serverVersion === null ? '' : `, livekit-server ${serverVersion}`}`,
        ),
});

const statusOf = (run: LiveFold): LiveStatus => {
  const { header, elapsedMs, columns, point, results, participants } = run;
  const now = (name: string): number | null => columns.at(name, point);
  return {
    phase: run.phase,
    stages: (header?.plan.windows ?? [])
      .filter(
        ({ source, fromMs, toMs }) =>
          source !== 'builtin' && fromMs <= elapsedMs && elapsedMs < toMs,
      )
      .map(({ name }) => untrusted(name)),
    elapsedMs: Math.max(0, Math.round(elapsedMs)),
    totalMs: header?.plan.endAtMs ?? 0,
    planned: participants.planned,
    participants: participants.counts(),
    now: {
      loss: now('loss'),
      latencyP95Ms: now('latency p95'),
      jitterP95Ms: now('jitter p95'),
      downBits: sumOf(now('down audio'), now('down video')),
      upBits: sumOf(now('up audio'), now('up video')),
      interruptions: sumOf(now('interruptions audio'), now('interruptions video')),
      serverCores: now('server cpu'),
      serverBytes: now('server memory'),
      generatorCores: now('generator cpu'),
    },
    thresholds: results
      .map(thresholdOf)
      .sort((a, b) => RANK[a.state] - RANK[b.state])
      .slice(0, MAX_THRESHOLDS),
    thresholdCount: results.length,
    affected: participants.mostAffected(MAX_AFFECTED).map(rowOf),
    notices: noticesOf(run),
  };
};

const RANK: Record<LiveThreshold['state'], number> = { failed: 0, inconclusive: 2, passed: 1 };

const sumOf = (...values: (number | null)[]): number | null =>
  values.every((value) => value === null)
    ? null
    : values.reduce((sum: number, value) => sum + (value ?? 0), 0);

const thresholdOf = (result: ThresholdResult): LiveThreshold => ({
  state: result.ok === null ? 'inconclusive' : result.ok ? 'passed' : 'failed',
  metric: untrusted(result.metric),
  expression: result.expression,
  measured: measuredOf(result),
  limit: limitOf(result),
});

const rowOf = (one: LiveAffected): LiveParticipantRow => ({
  identity: untrusted(one.identity),
  room: untrusted(one.room),
  role: untrusted(one.role),
  state: one.connection,
  reason: one.reason === null ? null : untrusted(one.reason),
  reconnects: one.reconnects,
  longestInterruptionMs: one.longestInterruptionMs,
  loss: one.loss,
  latencyP95Ms: one.latencyP95Ms,
});

/** What readers of the figures must know. */
const noticesOf = (run: LiveFold): string[] => {
  const { workersDied, workers } = run.generator();
  const { serverMissing } = run;
  return [
    ...(workersDied > 0
      ? [`${workersDied} of ${plural(workers, 'worker')} of the load generator died.`]
      : []),
    ...(serverMissing === null
      ? []
      : [untrusted(`No figures of the server: ${serverMissing.message}`)]),
  ];
};

const PARTICIPANT_EVENTS = {
  signal_lost: 'signal connection lost',
  disconnected: 'disconnected',
  join_failed: 'join failed',
} as const;

const markOf = ({ id, at, event }: LiveMark): LiveMarkData => {
  const mark = (text: string, tone: LiveMarkData['tone']): LiveMarkData => ({
    id,
    at: at / 1_000,
    text: untrusted(text),
    tone,
  });
  switch (event.code) {
    case 'participants_affected':
      return mark(
        `${PARTICIPANT_EVENTS[event.event]}: ${plural(event.participants, 'participant')}`,
        'bad',
      );
    case 'threshold_turned':
      return event.result.ok === false
        ? mark(`threshold crossed: ${crossedText(event.result)}`, 'bad')
        : mark(`threshold met: ${thresholdName(event.result)}`, 'good');
    case 'fault_rolled_back':
    case 'component_replaced':
      return mark(eventText({ event }), 'good');
    default:
      return mark(eventText({ event }), 'bad');
  }
};
