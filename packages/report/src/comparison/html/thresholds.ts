import type { RecordedRun, Side } from '@livekit-swarm/analysis/compare';
import { formatNumber } from '@livekit-swarm/settings';
import { html, type Markup, untrusted } from '../../html/markup.ts';
import { figureOf, limitOf } from '../../phrases/limits.ts';
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
  return html`<section class="card"><h2>Thresholds</h2><div class="scroll" tabindex="0" role="region" aria-label="Thresholds of each side"><table class="thresholds-of-sides stacked" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Threshold</th><th role="columnheader" scope="col" class="n">Limit</th>${sides.map(({ name }) => html`<th role="columnheader" scope="col" class="n">${untrusted(name)}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows
    .toSorted((a, b) => crossed(b) - crossed(a))
    .map(
      ({ key, sides: cells }) =>
        html`<tr role="row"><th role="rowheader" scope="row"><code>${untrusted(key)}</code></th><td role="cell" class="n" data-label="Limit">${limitText(cells)}</td>${cells.map((results, index) => cellOf(results, untrusted(sides[index]?.name ?? '')))}</tr>`,
    )}</tbody></table></div></section>`;
};

const keyOf = ({ metric, expression }: Result): string => `${metric}: ${expression}`;

const limitText = (cells: readonly (readonly Result[])[]): string => {
  const [first] = cells.flat();
  return first === undefined ? '–' : limitOf(first);
};

/**
 * The median of the runs, and how many of them crossed it, or were not judged.
 * @param side name of the side, for a phone, which shows no heads of columns
 */
const cellOf = (results: readonly Result[], side: string): Markup => {
  const cell = (tone: '' | ' bad' | ' unsure', text: string, more: string | null): Markup =>
    html`<td role="cell" class="n${tone}" data-label="${side}">${text}${more !== null && html` <small>${more}</small>`}</td>`;
  const values = results.flatMap(({ value }) => value ?? []).sort((a, b) => a - b);
  const [first] = results;
  const median = values[(values.length - 1) >> 1];
  if (first === undefined || median === undefined) return cell('', 'not measured', null);
  const text = figureOf(first.threshold, median);
  const runsWith = (state: Result['ok']): number => results.filter(({ ok }) => ok === state).length;
  const of = (runs: number): string =>
    results.length === 1 ? '' : ` in ${formatNumber(runs)} of ${formatNumber(results.length)}`;
  const [crossed, notJudged] = [runsWith(false), runsWith(null)];
  if (crossed > 0) return cell(' bad', `${MARKS.failed} ${text}`, `crossed${of(crossed)}`);
  if (notJudged > 0)
    return cell(' unsure', `${MARKS.inconclusive} ${text}`, `not judged${of(notJudged)}`);
  return cell('', `${MARKS.passed} ${text}`, null);
};
