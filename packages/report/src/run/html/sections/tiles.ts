import type { TimeSeries } from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatRoundMs, formatRoundShare } from '../../../format.ts';
import { html, type Markup } from '../../../html/markup.ts';
import { percentile, seriesQuery } from '../../../html/series-queries.ts';
import { sparkline } from '../../../html/svg/sparkline.ts';
import type { HtmlInput } from '../../report-input.ts';

interface Tile {
  title: string;
  value: string;
  note: string;
  line: TimeSeries | undefined;
  /** Default: a line. */
  looks?: 'dots';
  tone: 'good' | 'bad' | 'plain';
}

/** Key figures. */
export const tileSection = (input: HtmlInput): Markup =>
  html`<section class="tiles" aria-label="Key figures">${tilesOf(input).map(
    ({ title, value, note, line, looks, tone }) =>
      html`<div class="tile"><h3>${title}</h3><p class="figure ${tone}">${value}</p><p class="note">${note}</p>${line !== undefined && sparkline(line.high, null, null, looks)}</div>`,
  )}</section>`;

const tilesOf = ({ summary, decision, history }: HtmlInput): Tile[] => {
  const { joins, traffic, metrics } = summary;
  const flat = (metric: MetricName, p: number): number | null => {
    const value = metrics.measure(metric);
    return value?.type === 'trend' ? (value.sketch.quantile(p) ?? null) : null;
  };
  const loss = metrics.measure('packet_loss');
  const lossShare = loss?.type === 'rate' && loss.total > 0 ? loss.hits / loss.total : null;
  const tone = (metric: MetricName): Tile['tone'] => {
    const about = decision.thresholds.filter(({ threshold }) => threshold.metric === metric);
    return about.some(({ ok }) => ok === false) ? 'bad' : 'plain';
  };
  const down = traffic.filter(({ direction, kind }) => direction === 'down' && kind !== 'data');
  const bits = down.reduce<number | null>(
    (sum, { bitsPerSecond }) => (bitsPerSecond === null ? sum : (sum ?? 0) + bitsPerSecond),
    null,
  );
  const tracks = summary.tracks;
  const received: Tile[] = [
    {
      title: 'Tracks received',
      value: `${formatNumber(tracks.expected - tracks.missing)} of ${formatNumber(tracks.expected)}`,
      note:
        tracks.stalled === 0
          ? 'none stalled'
          : `${formatNumber(tracks.stalled)} stalled at the end`,
      line: undefined,
      tone: tone('missing_tracks') === 'bad' || tone('stalled_tracks') === 'bad' ? 'bad' : 'plain',
    },
  ];
  const media: Tile[] = [
    {
      title: 'Loss',
      value: formatRoundShare(lossShare),
      note: 'received, after recovery',
      line: history?.series(seriesQuery('packet_loss')),
      tone: tone('packet_loss'),
    },
    {
      title: 'Latency p95',
      value: formatRoundMs(flat('media_latency', 0.95)),
      note: `p50 ${formatRoundMs(flat('media_latency', 0.5))}, one way`,
      line: history?.series(seriesQuery('media_latency', {}, percentile(95))),
      tone: tone('media_latency'),
    },
    {
      title: 'Jitter p95',
      value: formatRoundMs(flat('jitter', 0.95)),
      note: `p50 ${formatRoundMs(flat('jitter', 0.5))}`,
      line: history?.series(seriesQuery('jitter', {}, percentile(95))),
      tone: tone('jitter'),
    },
    {
      title: 'Received',
      value: formatBits(bits),
      note: 'mean while all were connected',
      line: history?.series(seriesQuery('bytes_received')),
      tone: 'plain',
    },
  ];
  return [
    {
      title: 'Joined',
      value: `${formatNumber(joins.joined)} of ${formatNumber(joins.planned)}`,
      note:
        joins.failed + joins.disconnected === 0
          ? 'none disconnected'
          : `${formatNumber(joins.failed)} failed, ${formatNumber(joins.disconnected)} disconnected`,
      line: history?.line('connected'),
      tone:
        joins.failed + joins.disconnected > 0 &&
        (tone('join_failures') === 'bad' || tone('disconnects') === 'bad')
          ? 'bad'
          : 'plain',
    },
    {
      title: 'Join time p95',
      value: formatRoundMs(flat('join_time', 0.95)),
      note: `p50 ${formatRoundMs(flat('join_time', 0.5))}`,
      line: history?.series(seriesQuery('join_time', {}, percentile(95))),
      looks: 'dots',
      tone: tone('join_time'),
    },
    ...(tracks.expected > 0 ? received : []),
    ...(down.length > 0 || tracks.expected > 0 ? media : []),
  ];
};
