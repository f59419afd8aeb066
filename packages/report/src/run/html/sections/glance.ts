import type { Window } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { clock } from '../../../format.ts';
import { html, type Markup, percent, untrusted } from '../../../html/markup.ts';
import { eventText } from '../../../phrases/run-event.ts';
import type { HtmlInput } from '../../report-input.ts';
import { isJudged } from '../crossings.ts';
import { type Lane, lanesOf } from '../glance.ts';

/** Most bars that are distinguishable on a laptop. */
const MAX_BARS = 120;
/** Windows may overlap: each row of the band holds some that do not. */
const MAX_ROWS = 3;

/** The whole run in a few lanes: when it was impaired, and the health of the load generator. */
export const glanceSection = (input: HtmlInput): Markup | null => {
  const { history, summary } = input;
  const all = lanesOf(input);
  if (history === null || all.length === 0) return null;
  const lanes = all.filter((lane) => !isQuiet(lane));
  const quiet = all.filter(isQuiet);
  const runMs = history.steps * history.stepMs;
  const shown = history.annotations.slice(0, 20);
  const marks = html`${shown.map(({ at }) => html`<line class="event" x1="${percent(at, runMs)}" x2="${percent(at, runMs)}" y1="0" y2="100%"/>`)}`;
  const bounds = stagesOf(summary.plan.windows).flatMap(({ fromMs }) =>
    fromMs > 0 && fromMs < runMs ? [fromMs] : [],
  );
  return html`<section class="card glance" id="glance" aria-labelledby="glance-title">
<h2 id="glance-title">Overview</h2>
<div class="lanes">
${rowsOf(stagesOf(summary.plan.windows)).map(
  (row) =>
    html`<div class="lane band"><span class="lane-title"></span><svg aria-hidden="true">${row.map(
      ({ name, fromMs, toMs }) =>
        html`<svg x="${percent(fromMs, runMs)}" width="${percent(Math.min(toMs, runMs) - fromMs, runMs)}" height="100%"><rect width="100%" height="100%"/><line x1="0" x2="0" y1="0" y2="100%"/>${hasRoom(name, (toMs - fromMs) / runMs) && html`<text x="6" y="68%">${name}</text>`}<title>${name}: ${clock(fromMs)} to ${clock(toMs)}</title></svg>`,
    )}</svg><span class="lane-summary"></span></div>`,
)}
${lanes.map(
  (lane) =>
    html`<div class="lane"><span class="lane-title">${lane.title}</span><svg role="img" aria-label="${lane.title} over time: ${lane.summary}">${bounds.map((at) => html`<line class="bound" x1="${percent(at, runMs)}" x2="${percent(at, runMs)}" y1="0" y2="100%"/>`)}<line class="floor" x1="0" x2="100%" y1="100%" y2="100%"/>${columns(barsOf(lane, history.stepMs))}${limitLine(lane, runMs)}${marks}</svg><span class="lane-summary ${lane.tone}">${lane.summary}</span></div>`,
)}
<div class="lane clock"><span class="lane-title"></span><svg aria-hidden="true">${ticks(runMs).map(
    (at) =>
      html`<text class="${at === 0 ? 'first' : ''}" x="${percent(at, runMs)}" y="75%">${clock(at)}</text>`,
  )}</svg><span class="lane-summary"></span></div>
</div>
${
  quiet.length > 0 &&
  html`<p class="quiet">${quiet.map(({ title, summary }) => `${title}: ${summary}`).join(' · ')}</p>`
}
${
  shown.length > 0 &&
  html`<ul class="events">${shown.map((mark) => html`<li><time>${clock(mark.at)}</time> ${untrusted(eventText(mark))}</li>`)}${
    history.annotations.length > shown.length &&
    html`<li>… and ${formatNumber(history.annotations.length - shown.length)} more</li>`
  }</ul>`
}
</section>`;
};

/** Most stages that are readable. */
const MAX_STAGES = 60;

/** Stages and named windows; without them joining and steady. */
export const stagesOf = (windows: readonly Window[]): Window[] => {
  const named = windows.filter(({ source }) => source !== 'builtin');
  if (named.length > MAX_STAGES) return [];
  return named.length > 0 ? named : [...windows];
};

/**
 * True when a name fits into its share of the lane, as a cut one is not readable. A letter takes
 * about a hundredth of the width of a laptop’s lane.
 */
const hasRoom = (name: string, share: number): boolean => name.length * 0.009 + 0.01 < share;

const rowsOf = (windows: readonly Window[]): Window[][] => {
  const rows: Window[][] = [];
  for (const window of windows.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (window.toMs <= window.fromMs) continue;
    const free = rows.find((row) => (row.at(-1)?.toMs ?? 0) <= window.fromMs);
    if (free !== undefined) free.push(window);
    else if (rows.length < MAX_ROWS) rows.push([window]);
  }
  return rows;
};

/** A lane on which nothing would be drawn: what it counts did not happen. */
const isQuiet = ({ limit, tone, values }: Lane): boolean =>
  limit === 0 && tone === 'ok' && values.every((value) => (value ?? 0) === 0);

/** A burst after an outage must not hide the rest; the end of the lane has the maximum. */
const topOf = ({ values, limit }: Lane): number => {
  const known = values
    .flatMap((value) => (value !== null && value > 0 ? [value] : []))
    .sort((a, b) => a - b);
  const most = known.at(-1) ?? 0;
  if (limit === null) return Math.min(most, 2 * (known[Math.floor(known.length * 0.9)] ?? 0));
  return limit === 0 ? most : Math.min(Math.max(most, limit * 1.25), limit * 4);
};

const barsOf = (lane: Lane, stepMs: number): (Bar | null)[] => {
  const { values, limit, over, format, window } = lane;
  const each = Math.ceil(values.length / MAX_BARS);
  const top = topOf(lane);
  return Array.from({ length: Math.ceil(values.length / each) }, (_, index) => {
    const first = index * each;
    const known = values.slice(first, first + each).filter((value) => value !== null);
    if (known.length === 0 || top <= 0) return null;
    const value = Math.max(...known);
    const beyond =
      limit !== null &&
      isJudged(window, first * stepMs, (first + each) * stepMs) &&
      (limit === 0 ? value > 0 : value >= limit);
    return {
      height: value / top,
      tone: beyond ? over : 'ok',
      title: `${clock(first * stepMs)}: ${format(value)}`,
    };
  });
};

const limitLine = (lane: Lane, runMs: number): Markup | null => {
  const { limit, window } = lane;
  if (limit === null || limit === 0) return null;
  const y = percent(1 - limit / topOf(lane), 1);
  const { fromMs, toMs } = window ?? { fromMs: 0, toMs: runMs };
  return html`<line class="limit" x1="${percent(Math.max(0, fromMs), runMs)}" x2="${percent(Math.min(toMs, runMs), runMs)}" y1="${y}" y2="${y}"/>`;
};

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200];

const ticks = (runMs: number): number[] => {
  const step = (STEPS_S.find((one) => runMs / 1_000 / one <= 8) ?? 86_400) * 1_000;
  return Array.from(
    { length: Math.floor((runMs - 1) / step) + 1 },
    (_, index) => index * step,
  ).filter((at) => at < runMs * 0.97);
};

/** A bar of a small chart over time. */
export interface Bar {
  /** Share of the chart's height, 0 … 1. */
  height: number;
  tone: 'ok' | 'warn' | 'bad';
  /** Tooltip of the bar. */
  title: string;
}

/** Bars side by side over the whole width; null leaves a gap: nothing was measured. */
export const columns = (bars: readonly (Bar | null)[]): Markup =>
  html`${bars.map((bar, index) => {
    if (bar === null || bar.height <= 0) return null;
    // What is there must be seen, however small.
    const height = Math.max(0.06, Math.min(1, bar.height));
    return html`<rect class="${bar.tone}" x="${percent(index, bars.length)}" width="${percent(0.82, bars.length)}" y="${percent(1 - height, 1)}" height="${percent(height, 1)}"><title>${bar.title}</title></rect>`;
  })}`;
