import type { CountedIn, Labels, MetricName, SketchBins } from '@livekit-swarm/metrics';
import {
  COUNTERS,
  type EventLine,
  SERIES_COUNTERS,
  type SeriesCounter,
  type SeriesSample,
} from '@livekit-swarm/record';

/** What collects metrics: those of a run, of a window, or of one second. */
export interface MetricSink {
  trend(
    metric: MetricName,
    labels: Labels,
  ): { add(value: number): void; addBins(bins: SketchBins): void };
  rate(metric: MetricName, labels: Labels, hits: number, total: number): void;
  count(metric: MetricName, labels: Labels, amount: number, where: CountedIn): void;
}

const countersOf = (direction: 'up' | 'down'): { counter: SeriesCounter; metric: MetricName }[] =>
  SERIES_COUNTERS.flatMap((counter) => {
    const entry = COUNTERS[counter];
    const names: { up?: MetricName; down?: MetricName } = 'metric' in entry ? entry.metric : {};
    const metric = names[direction];
    return metric === undefined ? [] : [{ counter, metric }];
  });

const MEDIA_COUNTERS = { up: countersOf('up'), down: countersOf('down') };

/** What a group of tracks, or of data flows, did in a second, as metrics. */
export const measureSeries = (
  metrics: MetricSink,
  series: SeriesSample,
  where: CountedIn,
): void => {
  if (series.labels.kind === 'data') addData(metrics, series, where);
  else addMedia(metrics, series, where);
};

const addMedia = (metrics: MetricSink, series: SeriesSample, where: CountedIn): void => {
  const { labels } = series;
  const down = labels.direction === 'down';
  for (const { counter, metric } of MEDIA_COUNTERS[labels.direction])
    metrics.count(metric, labels, series[counter], where);
  // Sent packets include those that the server missed, received packets do not include lost ones.
  const total = down ? series.packets + series.lost : series.packets;
  metrics.rate(down ? 'packet_loss' : 'uplink_loss', labels, series.lost, total);
  metrics.rate(
    down ? 'packet_loss_before_recovery' : 'uplink_loss_before_recovery',
    labels,
    series.lostBeforeRecovery,
    total,
  );
  metrics.trend(down ? 'jitter' : 'uplink_jitter', labels).addBins(series.jitter);
  metrics.trend('rtt', labels).addBins(series.rtt);
  if (!down) return;
  metrics.trend('media_latency', labels).addBins(series.latency);
};

const addData = (
  metrics: MetricSink,
  { labels, packets, lost, latency }: SeriesSample,
  where: CountedIn,
): void => {
  if (labels.direction === 'up') {
    metrics.count('data_messages_sent', labels, packets, where);
    return;
  }
  metrics.count('data_messages_received', labels, packets, where);
  metrics.rate('data_loss', labels, lost, packets + lost);
  metrics.trend('data_latency', labels).addBins(latency);
};

/**
 * Measures the durations that an event of a participant carries.
 * @param sinksAt the metrics of a moment, ms after the start; a join belongs to when it was
 * scheduled, a recovery to when it ended
 */
export const measureParticipantEvent = (
  { event, at, phases, durationMs }: EventLine,
  labels: Labels,
  sinksAt: (at: number) => readonly MetricSink[],
): void => {
  switch (event) {
    case 'joined':
      if (phases === undefined) return;
      for (const sink of sinksAt(at - phases.joined)) {
        sink.trend('join_start_delay', labels).add(phases.started);
        sink.trend('signal_time', labels).add(phases.signal);
        sink.trend('ice_time', labels).add(phases.ice);
        sink.trend('join_time', labels).add(phases.joined);
      }
      return;
    case 'first_media':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at - durationMs))
        sink.trend('first_media_time', labels).add(durationMs);
      return;
    case 'resumed':
    case 'reconnected':
    case 'rejoined':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at)) sink.trend('reconnect_time', labels).add(durationMs);
      return;
    // All others are counted from the state of the participant (participant-state.ts), or are not of one.
    default:
      return;
  }
};
