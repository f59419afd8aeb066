import { GAMMA, type Sketch } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatMs } from '../../format.ts';
import { html, type Markup, percent } from '../markup.ts';

const BARS = 44;

/** Edges of what is drawn, ms. */
interface Range {
  from: number;
  to: number;
}

/**
 * A distribution with a logarithmic axis, as times have long tails: bars, and where half, 95 and 99
 * of a hundred are below. The bins of a sketch grow with the value, too, so no bar claims to know
 * more than was kept.
 */
export const histogram = (sketch: Sketch, limit: number | null): Markup => {
  const range = rangeOf(sketch, limit);
  const bars = barsOf(sketch, range);
  const most = Math.max(1, ...bars);
  const marks = [50, 95, 99].map((p) => ({ p, value: sketch.quantile(p / 100) ?? 0 }));
  return html`<svg class="histogram" role="img" aria-label="${describe(sketch)}">
${bars.map(
  (count, index) =>
    count > 0 &&
    html`<rect class="bar${limit !== null && edge(range, index) >= limit ? ' over' : ''}" x="${percent(index, BARS)}" width="${percent(0.86, BARS)}" y="${percent(1 - Math.max(0.015, count / most), 1.25)}" height="${percent(Math.max(0.015, count / most), 1.25)}"><title>${formatMs(edge(range, index))} to ${formatMs(edge(range, index + 1))}: ${formatNumber(count)}</title></rect>`,
)}
<line class="axis" x1="0" x2="100%" y1="80%" y2="80%"/>
${marks.map(({ p, value }) => html`<line class="mark p${p}" x1="${position(range, value)}" x2="${position(range, value)}" y1="0" y2="80%"/>`)}
${limit !== null && html`<line class="limit" x1="${position(range, limit)}" x2="${position(range, limit)}" y1="0" y2="80%"/>`}
${ticksOf(range).map((tick) => html`<line class="axis" x1="${position(range, tick)}" x2="${position(range, tick)}" y1="80%" y2="84%"/><text x="${position(range, tick)}" y="98%">${formatMs(tick)}</text>`)}
</svg>`;
};

export const describe = (sketch: Sketch): string =>
  `${formatNumber(sketch.count)} values: p50 ${formatMs(sketch.quantile(0.5) ?? null)}, p95 ${formatMs(sketch.quantile(0.95) ?? null)}, p99 ${formatMs(sketch.quantile(0.99) ?? null)}, largest ${formatMs(sketch.max ?? null)}`;

/** At least a decade wide, so that noise in the third digit does not look like a mountain range. */
const rangeOf = (sketch: Sketch, limit: number | null): Range => {
  const least = Math.max(0.01, sketch.quantile(0.001) ?? 0.01);
  const most = Math.max(least, sketch.max ?? least);
  const middle = Math.sqrt(least * most);
  const from = Math.min(least * 0.9, middle / Math.sqrt(10));
  const to = Math.max(most * 1.1, middle * Math.sqrt(10));
  // A limit far away would squeeze everything into a corner.
  return { from, to: limit !== null && limit <= to * 3 ? Math.max(to, limit * 1.15) : to };
};

const edge = ({ from, to }: Range, index: number): number => from * (to / from) ** (index / BARS);

const position = ({ from, to }: Range, value: number): string =>
  percent(Math.log(Math.max(from, value) / from), Math.log(to / from));

const barsOf = (sketch: Sketch, { from, to }: Range): number[] => {
  const bars = Array.from({ length: BARS }, () => 0);
  const add = (value: number, count: number): void => {
    const index = Math.floor((Math.log(Math.max(from, value) / from) / Math.log(to / from)) * BARS);
    const at = Math.min(BARS - 1, index);
    bars[at] = (bars[at] ?? 0) + count;
  };
  const { bins, zeros } = sketch.toBins();
  if (zeros > 0) add(from, zeros);
  for (let index = 0; index + 1 < bins.length; index += 2)
    spread(bins[index] ?? 0, bins[index + 1] ?? 0, add);
  return bars;
};

/**
 * A bin may lie across the edge of two bars; assigning it to one of them would draw a comb that is
 * not in the data.
 */
const PARTS = 4;

const spread = (key: number, count: number, add: (value: number, count: number) => void): void => {
  for (let part = 0; part < PARTS; part++)
    add(GAMMA ** (key - 1 + (part + 0.5) / PARTS), count / PARTS);
};

/** Powers of ten, and where they are few twice and five times them, too. */
const ticksOf = ({ from, to }: Range): number[] => {
  const decades = Math.log10(to / from);
  const steps = decades < 1.6 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++)
    for (const step of steps) {
      const tick = step * 10 ** power;
      // Not at the very edges, where the text would be cut.
      if (tick > from * (to / from) ** 0.04 && tick < to / (to / from) ** 0.04)
        ticks.push(Number(tick.toPrecision(1)));
    }
  return ticks;
};
