import type { CountedIn, Labels, MetricName, SketchBins } from '@livekit-swarm/metrics';
import type { SeriesSample } from '@livekit-swarm/record';

/** What collects metrics: those of a run, of a window, or of one second. */
export interface MetricSink {
  trend(
    metric: MetricName,
    labels: Labels,
  ): { add(value: number): void; addBins(bins: SketchBins): void };
  rate(metric: MetricName, labels: Labels, hits: number, total: number): void;
  count(metric: MetricName, labels: Labels, amount: number, where: CountedIn): void;
}

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
  const count = (metric: MetricName, amount: number): void =>
    metrics.count(metric, labels, amount, where);
  count(down ? 'packets_received' : 'packets_sent', series.packets);
  count(down ? 'bytes_received' : 'bytes_sent', series.bytes);
  // What we sent includes what the server missed; what we received does not include what we missed.
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
  count('nacks_sent', series.nacksSent);
  count('nacks_received', series.nacksReceived);
  count('plis_sent', series.plisSent);
  count('plis_received', series.plisReceived);
  count('rtx_packets', series.rtxPackets);
  count('keyframes', series.keyframes);
  if (!down) return;
  metrics.trend('media_latency', labels).addBins(series.latency);
  count('packets_recovered', series.recovered);
  count('duplicates', series.duplicates);
  count('out_of_order', series.outOfOrder);
  count('gaps', series.interruptions);
  count('gap_time', series.interruptionMs);
  count('layer_switches', series.layerSwitches);
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
