import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from '../../html/markup.ts';
import { renderPage } from '../../page/html.ts';
import { chartSection, stepNote } from '../../run/html/sections/charts.ts';
import type { ComparisonInput } from '../comparison-input.ts';
import { comparisonPage } from '../page.ts';
import { differenceSection } from './differences.ts';
import { overlayCharts, readHistories } from './overlay-charts.ts';
import { thresholdsSection } from './thresholds.ts';

const SHEET = readFileSync(join(import.meta.dirname, 'comparison.css'), 'utf8');

/** A page with both sides: verdict, differences on one axis, thresholds, and charts over time. */
export async function* renderComparisonHtml(input: ComparisonInput): AsyncGenerator<string> {
  const { comparisons, sides } = input;
  const { groups, data } = overlayCharts(await readHistories(sides), sides);
  const charts = chartSection(groups, noteOf(input, data.step * 1_000));
  const parts = [
    ...comparisons.map((comparison) => differenceSection(comparison, comparisons.length)),
    thresholdsSection(sides),
    charts,
  ];
  // The figures are in the differences, with their axis.
  const page = { ...comparisonPage(input), sections: [] };
  yield renderPage(page, {
    parts,
    sheet: SHEET,
    data: charts === null ? null : json(data),
  });
}

const noteOf = ({ sides }: ComparisonInput, stepMs: number): string =>
  [
    'Time since the start of each run.',
    sides.some(({ runs }) => runs.length > 1)
      ? 'A line is the median of the runs of its side, its band reaches from the lowest to the highest.'
      : '',
    stepNote(stepMs),
  ]
    .filter((text) => text !== '')
    .join(' ');
