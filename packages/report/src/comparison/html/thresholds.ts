import type { RecordedRun, Side } from '@livekit-swarm/analysis/compare';
import { aggregationKey, metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatFigure } from '../../format.ts';
import { html, type Markup, untrusted } from '../../html/markup.ts';
import { limitOf } from '../../phrases/limits.ts';
import { MARKS } from '../../text-layout.ts';

type Result = RecordedRun['decision']['thresholds'][number];

/** Thresholds of the runs side by side: the limit, and what each side measured; crossed ones first. */
export const thresholdsSection = (sides: readonly Side[]): Markup | null => {
  const bySide = sides.map((side) =>
    Map.groupBy(
      side.runs.flatMap(({ decision }) => decision.thresholds),
      keyOf,
    ),
  );
  const keys = [...new Set(bySide.flatMap((results) => [...results.keys()]))];
  if (keys.length === 0) return null;
  const rows = keys.map((key) => ({ key, sides: bySide.map((results) => results.get(key) ?? []) }));
  const crossed = (row: (typeof rows)[number]): number =>
    row.sides.flat().filter(({ ok }) => ok === false).length;
  return html`<section class="card"><h2>Thresholds</h2><div class="scroll" tabindex="0" role="region" aria-label="Thresholds of each side"><table class="thresholds-of-sides"><thead><tr><th scope="col">Threshold</th><th scope="col" class="n">Limit</th>${sides.map(({ name }) => html`<th scope="col" class="n">${untrusted(name)}</th>`)}</tr></thead>
<tbody>${rows
    .toSorted((a, b) => crossed(b) - crossed(a))
    .map(
      ({ key, sides: cells }) =>
        html`<tr><th scope="row"><code>${untrusted(key)}</code></th><td class="n">${limitText(cells)}</td>${cells.map(cellOf)}</tr>`,
    )}</tbody></table></div></section>`;
};

const keyOf = ({ metric, expression }: Result): string => `${metric}: ${expression}`;

const limitText = (cells: readonly (readonly Result[])[]): string => {
  const [first] = cells.flat();
  return first === undefined ? '–' : limitOf(first);
};

/** The median of the runs, and how many of them crossed it, or were not judged. */
const cellOf = (results: readonly Result[]): Markup => {
  const values = results.flatMap(({ value }) => value ?? []).sort((a, b) => a - b);
  const [first] = results;
  const median = values[(values.length - 1) >> 1];
  if (first === undefined || median === undefined) return html`<td class="n">not measured</td>`;
  const { metric, aggregation } = first.threshold;
  const text = formatFigure(median, metricDefinition(metric), aggregationKey(aggregation));
  const runsWith = (state: Result['ok']): number => results.filter(({ ok }) => ok === state).length;
  const of = (runs: number): string =>
    results.length === 1 ? '' : ` in ${formatNumber(runs)} of ${formatNumber(results.length)}`;
  const [crossed, notJudged] = [runsWith(false), runsWith(null)];
  if (crossed > 0)
    return html`<td class="n bad">${MARKS.failed} ${text} <small>crossed${of(crossed)}</small></td>`;
  if (notJudged > 0)
    return html`<td class="n unsure">${MARKS.inconclusive} ${text} <small>not judged${of(notJudged)}</small></td>`;
  return html`<td class="n">${MARKS.passed} ${text}</td>`;
};
