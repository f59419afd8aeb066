import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';

const WIDTH = 120;
const HEIGHT = 24;
/** More points than this are not distinguishable at this size. */
const MOST_POINTS = 120;

/**
 * A line without axes: how a figure went, with its limit, and in another colour where it was beyond
 * it. A figure of single moments, such as joins, is a row of dots: a line would have gaps.
 * @param limit null: none to be drawn
 */
export const sparkline = (
  values: readonly (number | null)[],
  over: readonly boolean[] | null,
  limit: number | null,
  looks: 'line' | 'dots' = 'line',
): Markup => {
  const points = thin(values, over ?? []);
  const most = Math.max(...points.map(({ value }) => value ?? 0), limit ?? 0);
  const top = most > 0 ? most * 1.05 : 1;
  const x = (index: number): string =>
    ((index / Math.max(1, points.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - 1 - (Math.max(0, value) / top) * (HEIGHT - 2)).toFixed(1);
  const shown = points.map(({ value }) => value);
  const path = looks === 'dots' ? dotsOf(shown, x, y) : pathOf(shown, x, y);
  // The line to a point beyond the limit and back: the point alone would be a dot.
  const near = (index: number): boolean =>
    [-1, 0, 1].some((step) => points[index + step]?.over === true);
  const beyond = pathOf(
    points.map(({ value }, index) => (near(index) ? value : null)),
    x,
    y,
  );
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${
    limit !== null &&
    html`<line class="limit" x1="0" x2="${WIDTH}" y1="${y(limit)}" y2="${y(limit)}"/>`
  }<path class="line${looks === 'dots' && ' dots'}" d="${path}"/>${beyond !== '' && html`<path class="line over" d="${beyond}"/>`}</svg>`;
};

interface Point {
  value: number | null;
  over: boolean;
}

/** Keep the highest value of every few steps: a spike must not vanish. */
const thin = (values: readonly (number | null)[], over: readonly boolean[]): Point[] => {
  const each = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  return Array.from({ length: Math.ceil(values.length / each) }, (_, index) => {
    const from = index * each;
    const known = values.slice(from, from + each).filter((value) => value !== null);
    return {
      value: known.length === 0 ? null : Math.max(...known),
      over: over.slice(from, from + each).some(Boolean),
    };
  });
};

const dotsOf = (
  values: (number | null)[],
  x: (index: number) => string,
  y: (value: number) => string,
): string =>
  values.map((value, index) => (value === null ? '' : `M${x(index)} ${y(value)}h0`)).join('');

/** A single point becomes a dot: a line of no length, with round ends. */
const pathOf = (
  values: (number | null)[],
  x: (index: number) => string,
  y: (value: number) => string,
): string =>
  values
    .map((value, index) => {
      if (value === null) return '';
      const begins = (values[index - 1] ?? null) === null;
      const alone = begins && (values[index + 1] ?? null) === null;
      return `${begins ? 'M' : 'L'}${x(index)} ${y(value)}${alone ? 'h0' : ''}`;
    })
    .join('');
