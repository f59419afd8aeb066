import { participantQuality } from '@livekit-swarm/analysis';
import type { CLIENT_METRICS } from '@livekit-swarm/catalogue';
import type { Handles } from '@livekit-swarm/catalogue/registry';
import type { ReadReport, ReadStream } from './payload-schema.ts';
import { expectedPackets, rateStream } from './rate-stream.ts';
import type { Participant } from './sessions.ts';
import { isPlausible } from './validate-report.ts';

export type ClientHandles = Handles<typeof CLIENT_METRICS>;

/** Maximum number of reconnects in one report; more are not plausible. */
const MAX_RECONNECTS = 100;

export interface Tallied {
  /** Result of the validation: `accepted` unchanged, or `clamped` to plausible values. */
  result: 'accepted' | 'clamped';
  /** Report with the values that were counted. */
  report: ReadReport;
}

/** Add one report of a participant to the metrics. */
export const tally = (
  metrics: ClientHandles,
  participant: Participant,
  report: ReadReport,
): Tallied => {
  const ms = Math.min(report.ms, participant.credit);
  participant.credit -= ms;
  const checked = report.streams.map((stream) => isPlausible(stream, ms / 1_000));
  const streams = checked.map(({ stream }) => stream);
  const { sdk, browser } = participant;
  for (const stream of streams)
    countStream(metrics, stream, { direction: stream.direction, kind: stream.kind, sdk, browser });

  const { reconnects = 0, dropped = 0 } = report;
  metrics.livekit_swarm_client_reconnects_total.inc(
    { sdk, browser },
    Math.min(MAX_RECONNECTS, reconnects),
  );
  metrics.livekit_swarm_client_reports_dropped_total.inc(Math.min(MAX_RECONNECTS, dropped));
  const qualities = observeScores(metrics, streams, { sdk, browser });
  if (participant.room !== undefined) {
    const before =
      report.part === true ? participant.last : { score: undefined, lost: 0, expected: 0 };
    participant.last = {
      score: participantQuality([
        ...qualities,
        ...(before.score === undefined ? [] : [before.score]),
      ]),
      lost: streams.reduce((sum, { lost = 0 }) => sum + lost, before.lost),
      expected: streams.reduce((sum, stream) => sum + expectedPackets(stream), before.expected),
    };
  }
  const cut =
    ms < report.ms ||
    reconnects > MAX_RECONNECTS ||
    dropped > MAX_RECONNECTS ||
    checked.some((one) => one.cut);
  return { result: cut ? 'clamped' : 'accepted', report: { ...report, ms, streams } };
};

type StreamLabels = Pick<ReadStream, 'direction' | 'kind'> & { sdk: string; browser: string };

const countStream = (metrics: ClientHandles, stream: ReadStream, labels: StreamLabels): void => {
  metrics.livekit_swarm_client_packets_total.inc(labels, stream.packets ?? 0);
  metrics.livekit_swarm_client_bytes_total.inc(labels, stream.bytes ?? 0);
  metrics.livekit_swarm_client_packets_lost_total.inc(labels, stream.lost ?? 0);
  metrics.livekit_swarm_client_nacks_total.inc(labels, stream.nacks ?? 0);
  if (stream.kind === 'video')
    metrics.livekit_swarm_client_plis_total.inc(labels, stream.plis ?? 0);
  if (stream.jitter !== undefined)
    metrics.livekit_swarm_client_jitter_seconds.observe(labels, stream.jitter);
  if (stream.rtt !== undefined)
    metrics.livekit_swarm_client_rtt_seconds.observe(labels, stream.rtt);
  if (stream.direction === 'up') return;
  if (stream.kind === 'video') {
    metrics.livekit_swarm_client_freezes_total.inc(labels, stream.freezes ?? 0);
    metrics.livekit_swarm_client_freeze_seconds_total.inc(labels, stream.freezeSeconds ?? 0);
  } else {
    metrics.livekit_swarm_client_concealed_samples_total.inc(labels, stream.concealed ?? 0);
    metrics.livekit_swarm_client_samples_total.inc(labels, stream.samples ?? 0);
  }
};

/**
 * Observe one score for each direction and kind.
 * @returns the scores of received media
 */
const observeScores = (
  metrics: ClientHandles,
  streams: readonly ReadStream[],
  software: Pick<StreamLabels, 'sdk' | 'browser'>,
): number[] => {
  const received: number[] = [];
  for (const direction of ['up', 'down'] as const) {
    for (const kind of ['audio', 'video'] as const) {
      const alike = streams.filter(
        (stream) => stream.direction === direction && stream.kind === kind,
      );
      const score = participantQuality(
        alike.map(rateStream).filter((score) => score !== undefined),
      );
      if (score === undefined) continue;
      metrics.livekit_swarm_client_quality_score.observe({ direction, kind, ...software }, score);
      if (direction === 'down') received.push(score);
    }
  }
  return received;
};
