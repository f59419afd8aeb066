import type { History } from '@livekit-swarm/analysis';
import { formatDuration } from '@livekit-swarm/settings';
import type { BandData, PageData } from '../../../html/charts/chart-data.ts';
import type { ChartGroupSpec } from '../../../html/charts/chart-spec.ts';
import { type ChartLayout, chartsOf } from '../../../html/charts/read-charts.ts';
import { html, type Markup, untrusted } from '../../../html/markup.ts';
import { eventText } from '../../../phrases/run-event.ts';
import type { HtmlInput } from '../../report-input.ts';
import { stagesOf } from './glance.ts';

/** Note on charts whose points are longer than a second; empty for others. */
export const stepNote = (stepMs: number): string =>
  stepMs > 1_000
    ? `A point is ${formatDuration(stepMs)}. Lines are averages, percentiles those of the highest second; bands reach from the lowest to the highest second.`
    : '';

/** Places for the charts; the page's script draws them. */
export const chartSection = (groups: readonly ChartGroupSpec[], note: string): Markup | null =>
  groups.length === 0
    ? null
    : html`<section id="time" aria-labelledby="time-title">
<div class="head"><h2 id="time-title">Over time</h2><p class="note hint">Drag to zoom, double-click to reset. With the keyboard: arrows move through time, + and − zoom, 0 resets.</p><button type="button" id="reset-zoom" hidden>Reset zoom</button></div>
<p class="note step" id="step"${note === '' && html` hidden`}>${note}</p><noscript><p class="card">The charts need JavaScript. The overview above and the tables below do not.</p></noscript>
${groups.map(
  ({ title, charts }, group) =>
    html`<div class="group" role="group" aria-labelledby="group-${group}"><h3 id="group-${group}">${title}</h3><div class="charts">${charts.map(
      (
        chart,
      ) => html`<figure class="card chart" id="chart-${chart.id}"><figcaption><h4>${chart.title}</h4><p class="note">${chart.note}</p></figcaption>
<div class="legend" role="group" aria-label="Lines of ${chart.title}"></div><div class="plot" data-chart="${chart.id}"></div>
<details class="table"><summary>As a table<span class="hidden">: ${chart.title}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="${chart.title} as a table"></div></details></figure>`,
    )}</div></div>`,
)}
<p id="reading" class="hidden" role="status" aria-live="polite"></p>
</section>`;

/** All that the page's script needs. */
export const pageDataOf = (
  { summary, decision }: HtmlInput,
  history: History,
  layout: readonly ChartLayout[],
): PageData => ({
  step: history.stepMs / 1_000,
  points: history.steps,
  bands: bandsOf(summary.plan.windows),
  marks: history.annotations.map((mark) => ({
    at: mark.at / 1_000,
    text: untrusted(eventText(mark)),
  })),
  charts: chartsOf(layout, history, decision.thresholds),
});

/** Shaded windows. Joining and steady are in every run: only the others have names. */
export const bandsOf = (windows: Parameters<typeof stagesOf>[0]): BandData[] =>
  stagesOf(windows)
    .filter(({ source }) => source !== 'builtin')
    .map(({ name, fromMs, toMs }) => ({
      name: untrusted(name),
      from: fromMs / 1_000,
      to: toMs / 1_000,
    }));
