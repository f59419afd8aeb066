import {
  type History,
  type SeriesQuery,
  seriesName,
  type ThresholdResult,
} from '@livekit-swarm/analysis';
import type { LiveAffected, LiveFold, LiveMark } from '@livekit-swarm/analysis/live';
import { plural, withoutSecrets } from '@livekit-swarm/settings';
import { describeGroups } from '../../describe-scenario.ts';
import { crossedText, limitOf, measuredOf, thresholdName } from '../../phrases/limits.ts';
import { eventText } from '../../phrases/run-event.ts';
import { bandsOf, stepNote } from '../../run/html/sections/charts.ts';
import { type ChartLayout, chartsOf, pointsOf } from '../charts/read-charts.ts';
import { untrusted } from '../markup.ts';
import { OVERVIEW } from '../series-queries.ts';
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

/** Number of the run and of all runs, which the record does not have. */
export type RunNumber = Pick<LiveRunFacts, 'number' | 'of'>;

/** A run as it is now, for a browser that knows nothing of it. */
export const fullOf = (
  run: LiveFold,
  history: History,
  layout: readonly ChartLayout[],
  number: RunNumber,
): LiveFull => ({
  kind: 'full',
  facts: factsOf(run, number),
  page: {
    step: history.stepMs / 1_000,
    points: history.steps,
    bands: bandsOf(run.header?.plan.windows ?? []),
    charts: chartsOf(layout, history, run.thresholds),
  },
  stepNote: stepNote(history.stepMs),
  marks: run.marks.all.map(markOf),
  status: run.header === null ? null : statusOf(run, history),
});

/**
 * Points of a run that are new or have changed.
 * @param second first second that is new or has changed
 */
export const tickOf = (
  run: LiveFold,
  history: History,
  layout: readonly ChartLayout[],
  second: number,
  marks: readonly LiveMark[],
): LiveTick => {
  const from = Math.floor((second * 1_000) / history.stepMs);
  return {
    kind: 'tick',
    from,
    points: history.steps,
    series: layout.map(({ chart, lines }) =>
      lines.map((line) => pointsOf(chart, line, history, from)),
    ),
    marks: marks.map(markOf),
    status: statusOf(run, history),
  };
};

const factsOf = (
  { header, scenario, deployment, serverVersion }: LiveFold,
  number: RunNumber,
): LiveRunFacts => ({
  ...number,
  run: header?.run ?? '',
  scenario: untrusted(header?.scenario.name ?? ''),
  load: scenario === null ? [] : describeGroups(scenario).map(untrusted),
  startedAtMs: header?.startedAtMs ?? null,
  deployment:
    deployment === null
      ? null
      : untrusted(
          `${withoutSecrets(deployment.url)}${serverVersion === null ? '' : `, livekit-server ${serverVersion}`}`,
        ),
});

const statusOf = (run: LiveFold, history: History): LiveStatus => {
  const { header, elapsedMs, results, participants } = run;
  const now = (name: string): number | null =>
    history.line(name, history.steps - 1)?.value[0] ?? null;
  const measured = (query: SeriesQuery): number | null => now(seriesName(query));
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
      loss: measured(OVERVIEW.loss),
      latencyP95Ms: measured(OVERVIEW.latency),
      jitterP95Ms: measured(OVERVIEW.jitter),
      downBits: bitsOf(measured(OVERVIEW.received)),
      upBits: bitsOf(measured(OVERVIEW.sent)),
      interruptions: measured(OVERVIEW.interruptions),
      serverCores: now('server cpu'),
      serverBytes: now('server memory'),
      generatorCores: now('cpu'),
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

const bitsOf = (bytes: number | null): number | null => (bytes === null ? null : bytes * 8);

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

/** Notices that readers of the figures need. */
const noticesOf = (run: LiveFold): string[] => {
  const { header, processesDied, serverMissing } = run;
  return [
    ...(processesDied > 0
      ? [
          `${processesDied} of ${plural(header?.processes ?? 0, 'process', 'processes')} of the load generator died.`,
        ]
      : []),
    ...(serverMissing === null
      ? []
      : [
          serverMissing.reason === 'not_configured'
            ? 'No figures of the server: --server-metrics shows them.'
            : untrusted(`No figures of the server: ${serverMissing.message}`),
        ]),
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
