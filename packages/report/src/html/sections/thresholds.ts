import type { ThresholdResult } from '@livekit-swarm/analysis';
import { metricDefinition } from '@livekit-swarm/metrics';
import { formatFigure, formatNumber } from '../../format.ts';
import { limitOf, measuredOf } from '../../phrases/threshold.ts';
import { MARKS } from '../../style.ts';
import { clock } from '../clock.ts';
import { beyond, crossingOf, spansText } from '../crossings.ts';
import type { HtmlInput } from '../html-input.ts';
import { html, type Markup, name } from '../markup.ts';
import { sparkline } from '../svg/sparkline.ts';

/** A threshold on each stage may be many: those that were crossed come first, the others are no more than anybody looks through. */
const MOST_ROWS = 300;
const MOST_LINES = 80;

/** Every threshold: kept or not, by how much, in which part of the run, and how its figure went. Those that were crossed come first. */
export const thresholdSection = (input: HtmlInput): Markup => {
  const { thresholds } = input.judgement;
  const rank = ({ ok }: ThresholdResult): number => (ok === false ? 0 : ok === null ? 1 : 2);
  const sorted = thresholds.toSorted((a, b) => rank(a) - rank(b));
  const held = thresholds.filter(({ ok }) => ok === true).length;
  return html`<section class="card" id="thresholds" aria-labelledby="thresholds-title">
<h2 id="thresholds-title">Thresholds <small>${formatNumber(held)} of ${formatNumber(thresholds.length)} held</small></h2>
${
  thresholds.length === 0
    ? html`<p>There was nothing to judge by.</p>`
    : // On a phone rows are no rows to look at any more; the roles say that they still are.
      html`<table class="thresholds" role="table" aria-labelledby="thresholds-title">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><span class="hidden">Result</span></th><th role="columnheader" scope="col">Metric</th><th role="columnheader" scope="col" class="n">Measured</th><th role="columnheader" scope="col" class="n">Allowed</th><th role="columnheader" scope="col">Part of the run</th><th role="columnheader" scope="col">Over time</th></tr></thead>
<tbody role="rowgroup">${sorted.slice(0, MOST_ROWS).map((result, index) => row(result, input, index < MOST_LINES))}</tbody></table>${
        sorted.length > MOST_ROWS &&
        html`<p class="note">… and ${formatNumber(sorted.length - MOST_ROWS)} more; <code>--report json</code> has all of them.</p>`
      }`
}</section>`;
};

const WORDS = {
  true: ['passed', 'held'],
  false: ['failed', 'crossed'],
  null: ['inconclusive', 'not measured'],
} as const;

const row = (result: ThresholdResult, { history }: HtmlInput, withLine: boolean): Markup => {
  const { threshold, window, ok, source } = result;
  const [verdict, word] = WORDS[`${ok}`];
  const definition = metricDefinition(threshold.metric);
  const crossing = withLine ? crossingOf(result, history) : null;
  const worst = crossing?.worst;
  const aggregation = threshold.aggregation.type;
  return html`<tr role="row" class="${verdict}"><td role="cell" class="mark"><span aria-hidden="true">${MARKS[verdict]}</span><span class="hidden">${word}</span></td>
<th role="rowheader" scope="row"><code>${name(result.metric)}</code> <code class="dim">${result.expression}</code>${source === 'default' && html` <small>default</small>`}${
    threshold.abortOnFail !== null && html` <small>ends the run</small>`
  }<p class="note">${definition.description}</p></th>
<td role="cell" class="n figure">${measuredOf(result)}</td><td role="cell" class="n allowed">${limitOf(result)}</td>
<td role="cell" class="part">${window === null ? (threshold.window === null ? 'all' : 'there is no such part') : html`${window.name} <span class="dim">${clock(window.fromMs)}–${clock(window.toMs)}</span>`}</td>
<td role="cell" class="trend">${
    crossing !== null &&
    html`${sparkline(crossing.values, crossing.over, threshold.limit)}<p class="note">${
      crossing.spans.length > 0
        ? `${beyond(result)} ${spansText(crossing.spans, 2)}`
        : worst != null
          ? worst.value === 0
            ? ''
            : `worst ${formatFigure(worst.value, definition, aggregation)} at ${clock(worst.atMs)}`
          : ''
    }</p>`
  }</td></tr>`;
};
