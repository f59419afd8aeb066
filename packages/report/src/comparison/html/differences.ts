import type { Comparison, FigureComparison } from '@livekit-swarm/analysis/compare';
import { plural } from '@livekit-swarm/settings';
import { formatShare } from '../../format.ts';
import { html, type Markup, untrusted } from '../../html/markup.ts';
import {
  formatChange,
  formatInterval,
  formatMargin,
  formatSide,
  legendOf,
  markOfFigure,
  shownFigures,
  VERDICT_TEXTS,
} from '../../phrases/comparison.ts';

/** Doublings that the axis has at least and at most, to either side of no change. */
const LEAST = Math.log2(1.25);
const MOST = 3;

/**
 * Every figure of both sides with its change on one axis: the tolerance as a band, the interval as a
 * line, the change as a dot.
 */
export const differenceSection = (comparison: Comparison, count: number): Markup | null => {
  const figures = shownFigures(comparison);
  if (figures.length === 0) return null;
  const { base, current } = comparison;
  const reach = reachOf(figures);
  const axis = `${ratio(-reach)} … no change … ${ratio(reach)}`;
  const title = count === 1 ? 'Differences' : `Differences of ${untrusted(current.name)}`;
  const heads: [string, string][] = [
    ['Figure', ''],
    [untrusted(base.name), 'n'],
    [untrusted(current.name), 'n'],
    [axis, 'axis'],
    ['Change', 'n'],
    ['Interval', 'n'],
    ['Chance', 'n'],
    ['Result', ''],
  ];
  const table = (label: string, some: readonly FigureComparison[]): Markup =>
    html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="differences stacked" role="table"><thead role="rowgroup"><tr role="row">${heads.map(([text, kind]) => html`<th role="columnheader" scope="col" class="${kind}">${text}</th>`)}</tr></thead>
<tbody role="rowgroup">${some.map((figure) => rowOf(figure, reach, [untrusted(base.name), untrusted(current.name), axis]))}</tbody></table></div>`;
  const open = figures.filter(isOpen);
  const others = figures.filter((figure) => !isOpen(figure));
  return html`<section class="card"><h2>${title}</h2>${open.length > 0 && table(title, open)}
${others.length > 0 && html`<details><summary>${plural(others.length, 'figure')} without a threshold and without a difference</summary>${table(`Other figures of ${untrusted(current.name)}`, others)}</details>`}
<p class="note">${legendOf(comparison)} The band is the tolerance, the line the interval, the dot the change. Chance: the probability that any figure differs as much where both sides are equal.</p></section>`;
};

const isOpen = ({ verdict, hasThreshold }: FigureComparison): boolean =>
  verdict === 'worse' || verdict === 'better' || hasThreshold;

/** @param labels of the sides and of the axis, for a phone, which shows no heads of columns */
const rowOf = (
  figure: FigureComparison,
  reach: number,
  [base, current, axis]: readonly [string, string, string],
): Markup =>
  html`<tr role="row" class="${figure.verdict}"><th role="rowheader" scope="row"><code>${untrusted(figure.key)}</code></th><td role="cell" class="n" data-label="${base}">${formatSide(figure, figure.base)}</td><td role="cell" class="n" data-label="${current}">${formatSide(figure, figure.current)}</td><td role="cell" class="axis" data-label="${axis}">${stripOf(figure, reach)}</td><td role="cell" class="n change" data-label="Change">${formatChange(figure)}</td><td role="cell" class="n" data-label="Interval">${formatInterval(figure)}</td><td role="cell" class="n" data-label="Chance">${chanceText(figure)}</td><td role="cell" class="result" data-label="Result"><span aria-hidden="true">${markOfFigure(figure)}</span> ${VERDICT_TEXTS[figure.verdict]}<br><small>tolerance ${formatMargin(figure)}</small></td></tr>`;

const chanceText = ({ chance }: FigureComparison): string =>
  chance === null
    ? '–'
    : chance < 0.001
      ? '< 0.1 %'
      : formatShare(Math.round(chance * 1_000) / 1_000);

/** Nothing where the base is zero: a change of it has no ratio. */
const stripOf = (figure: FigureComparison, reach: number): Markup | null => {
  const { change, interval, margin, base } = figure;
  if (change?.relative == null || base === null) return null;
  const x = (relative: number): number => {
    const doublings = relative <= -1 ? -reach : Math.log2(1 + relative);
    return 50 + (Math.max(-reach, Math.min(reach, doublings)) / reach) * 50;
  };
  const widest = Math.max(margin.relative, base.median > 0 ? margin.absolute / base.median : 0);
  const band = [x(1 / (1 + widest) - 1), x(widest)] as const;
  const line =
    interval?.relativeFrom == null || interval.relativeTo === null || interval.confidence === 0
      ? null
      : ([x(interval.relativeFrom), x(interval.relativeTo)] as const);
  return html`<svg class="difference" aria-hidden="true"><rect class="tolerance" x="${at(band[0])}" width="${at(band[1] - band[0])}" height="100%"/><line class="zero" x1="50%" x2="50%" y1="0" y2="100%"/>${
    line !== null &&
    html`<line class="interval" x1="${at(line[0])}" x2="${at(line[1])}" y1="50%" y2="50%"/>`
  }<circle cx="${at(x(change.relative))}" cy="50%" r="4"/></svg>`;
};

const at = (percent: number): string => `${Number(percent.toFixed(2))}%`;

/** Doublings from no change to either end of the axis: all changes and intervals fit, if they can. */
const reachOf = (figures: readonly FigureComparison[]): number => {
  const sizes = figures.flatMap(({ change, interval }) =>
    [change?.relative, interval?.relativeFrom, interval?.relativeTo].flatMap((relative) =>
      relative == null || relative <= -1 ? [] : [Math.abs(Math.log2(1 + relative))],
    ),
  );
  return Math.min(MOST, Math.max(LEAST, ...sizes));
};

/** `÷1.5`, `×1.5`. */
const ratio = (doublings: number): string =>
  `${doublings < 0 ? '÷' : '×'}${Number((2 ** Math.abs(doublings)).toPrecision(2))}`;
