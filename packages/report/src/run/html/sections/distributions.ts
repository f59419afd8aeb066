import type { Labels, MetricName, Sketch } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatMs } from '../../../format.ts';
import { html, type Markup } from '../../../html/markup.ts';
import { describe, histogram } from '../../../html/svg/histogram.ts';
import type { HtmlInput } from '../../report-input.ts';

interface Distribution {
  title: string;
  metric: MetricName;
  selector?: Labels;
}

const SHOWN: readonly Distribution[] = [
  { title: 'Join time', metric: 'join_time' },
  { title: 'First media', metric: 'first_media_time' },
  { title: 'First decrypted frame', metric: 'first_decrypted_time' },
  { title: 'Latency, audio', metric: 'media_latency', selector: { kind: 'audio' } },
  { title: 'Latency, video', metric: 'media_latency', selector: { kind: 'video' } },
  { title: 'Jitter, audio', metric: 'jitter', selector: { kind: 'audio' } },
  { title: 'Jitter, video', metric: 'jitter', selector: { kind: 'video' } },
  { title: 'Round-trip time', metric: 'rtt' },
  { title: 'Reconnect time', metric: 'reconnect_time' },
  { title: 'Voice agent: join time', metric: 'agent_join_time' },
  { title: 'Voice agent: response time', metric: 'agent_response_time' },
  { title: 'Voice agent: barge-in', metric: 'agent_barge_in' },
  { title: 'Latency, data', metric: 'data_latency' },
];

/** Distributions, of which percentiles show only points: two modes are two causes. */
export const distributionSection = (input: HtmlInput): Markup | null => {
  const shown = SHOWN.flatMap((one) => {
    const value = input.summary.metrics.measure(one.metric, one.selector ?? {});
    return value?.type === 'trend' && value.sketch.count > 0
      ? [{ ...one, sketch: value.sketch }]
      : [];
  });
  if (shown.length === 0) return null;
  return html`<section id="distributions" aria-labelledby="distributions-title">
<div class="head"><h2 id="distributions-title">Distributions</h2><p class="note">Times on a logarithmic axis. Lines: p50, p95 and p99; dashed and red: the limit.</p></div>
<div class="charts thirds">${shown.map(
    ({
      title,
      metric,
      selector,
      sketch,
    }) => html`<figure class="card chart"><figcaption><h3>${title}</h3><p class="note">${figuresOf(sketch)}</p></figcaption>
${histogram(sketch, limitFor(input, metric, selector ?? {}))}<p class="hidden">${describe(sketch)}</p></figure>`,
  )}</div></section>`;
};

const figuresOf = (sketch: Sketch): Markup =>
  html`p50 <b>${formatMs(sketch.quantile(0.5) ?? null)}</b> · p95 <b>${formatMs(sketch.quantile(0.95) ?? null)}</b> · p99 <b>${formatMs(sketch.quantile(0.99) ?? null)}</b> · ${formatNumber(Math.round(sketch.count))} values`;

/**
 * Limit of a percentile of all values or of the very same selection, over the whole run; null:
 * none.
 */
const limitFor = ({ decision }: HtmlInput, metric: MetricName, selector: Labels): number | null => {
  const found = decision.thresholds.find(({ threshold }) => {
    const labels = Object.entries(threshold.selector);
    const fits = labels.every(([label, value]) => selector[label as keyof Labels] === value);
    return (
      threshold.metric === metric &&
      threshold.aggregation.type === 'p' &&
      threshold.window === null &&
      fits
    );
  });
  return found?.threshold.limit ?? null;
};
