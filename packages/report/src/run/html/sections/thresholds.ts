import type { ThresholdResult } from '@livekit-swarm/analysis';
import { metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { clock } from '../../../format.ts';
import { html, type Markup, name } from '../../../html/markup.ts';
import { sparkline } from '../../../html/svg/sparkline.ts';
import { figureOf, limitOf, measuredOf, restrictionOf } from '../../../phrases/limits.ts';
import { MARKS } from '../../../text-layout.ts';
import type { HtmlInput } from '../../report-input.ts';
import { beyond, crossingOf, spansText } from '../crossings.ts';

/** Crossed thresholds come first; of the others as many as are readable. */
const MAX_ROWS = 300;
const MAX_LINES = 80;

/** Every threshold: result, value, window, and its figure over time. Crossed ones come first. */
export const thresholdSection = (input: HtmlInput): Markup => {
  const { thresholds } = input.decision;
  const rank = ({ ok }: ThresholdResult): number => (ok === false ? 0 : ok === null ? 1 : 2);
  const sorted = thresholds.toSorted((a, b) => rank(a) - rank(b));
  const held = thresholds.filter(({ ok }) => ok === true).length;
  return html`<section class="card" id="thresholds" aria-labelledby="thresholds-title">
<h2 id="thresholds-title">Thresholds <small>${formatNumber(held)} of ${formatNumber(thresholds.length)} met</small></h2>
${
  thresholds.length === 0
    ? html`<p>No thresholds were defined.</p>`
    : // On a phone CSS turns rows into blocks; the roles keep them rows for assistive technology.
      html`<table class="thresholds" role="table" aria-labelledby="thresholds-title">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><span class="hidden">Result</span></th><th role="columnheader" scope="col">Metric</th><th role="columnheader" scope="col" class="n">Measured</th><th role="columnheader" scope="col" class="n">Limit</th><th role="columnheader" scope="col">Window</th><th role="columnheader" scope="col">Over time</th></tr></thead>
<tbody role="rowgroup">${sorted.slice(0, MAX_ROWS).map((result, index) => row(result, input, index < MAX_LINES))}</tbody></table>${
        sorted.length > MAX_ROWS &&
        html`<p class="note">… and ${formatNumber(sorted.length - MAX_ROWS)} more; <code>--report json</code> has all of them.</p>`
      }`
}</section>`;
};

const WORDS = {
  true: ['passed', 'met'],
  false: ['failed', 'crossed'],
  null: ['inconclusive', 'not measured'],
} as const;

const row = (result: ThresholdResult, { history }: HtmlInput, withLine: boolean): Markup => {
  const { threshold, window, ok, source } = result;
  const [verdict, known] = WORDS[`${ok}`];
  const word = result.doubt === null ? known : 'not judged';
  const restriction = restrictionOf(result);
  const definition = metricDefinition(threshold.metric);
  const crossing = withLine ? crossingOf(result, history) : null;
  const worst = crossing?.worst;
  return html`<tr role="row" class="${verdict}"><td role="cell" class="mark"><span aria-hidden="true">${MARKS[verdict]}</span><span class="hidden">${word}</span></td>
<th role="rowheader" scope="row"><code>${name(result.metric)}</code> <code class="dim">${result.expression}</code>${source === 'default' && html` <small>default</small>`}${
    threshold.abortOnFail !== null && html` <small>abortOnFail</small>`
  }<p class="note">${definition.description}</p>${restriction !== null && html`<p class="note">${restriction}</p>`}</th>
<td role="cell" class="n figure">${measuredOf(result)}</td><td role="cell" class="n allowed">${limitOf(result)}</td>
<td role="cell" class="part">${window === null ? (threshold.window === null ? 'all' : 'no such window') : html`${window.name} <span class="dim">${clock(window.fromMs)}–${clock(window.toMs)}</span>`}</td>
<td role="cell" class="trend">${
    crossing !== null &&
    html`${sparkline(crossing.values, crossing.over, threshold.limit)}<p class="note">${
      crossing.spans.length > 0
        ? `${beyond(result)} ${spansText(crossing.spans, 2)}`
        : worst != null
          ? worst.value === 0
            ? ''
            : `worst ${figureOf(threshold, worst.value)} at ${clock(worst.atMs)}`
          : ''
    }</p>`
  }</td></tr>`;
};
