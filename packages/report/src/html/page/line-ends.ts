import type uPlot from 'uplot';
import type { ChartData } from '../charts/chart-data.ts';
import type { Layer } from './layers.ts';
import { colorOf } from './theme.ts';

const FONT_SIZE = 10;
/** Least distance of two labels, and of a label from the end of its line, CSS pixels. */
const STEP = 12;
const GAP = 5;
/** Padding to the right of a chart without labels, CSS pixels. */
const BARE = 12;
const WIDEST = 110;
/** Width from which a chart has room for labels, CSS pixels. */
const LEAST_WIDTH = 320;

/** Padding to the right of a chart, where the labels of its lines are, CSS pixels. */
export const endPadding = ({ series }: ChartData, width: number): number =>
  series.length < 2 || width < LEAST_WIDTH
    ? BARE
    : Math.min(WIDEST, GAP + 2 + 5.7 * Math.max(...series.map(({ label }) => label.length)));

interface End {
  label: string;
  x: number;
  y: number;
}

/** Writes the label of each line at its end, where there are several and they have room. */
export const drawLineEnds = (u: uPlot, chart: ChartData, layers: readonly Layer[]): void => {
  const { ctx, bbox } = u;
  const padding = endPadding(chart, u.width);
  if (padding === BARE) return;
  const px = devicePixelRatio;
  const ends = spread(endsOf(u, chart, layers), STEP * px, bbox.top, bbox.top + bbox.height);
  ctx.font = `${FONT_SIZE * px}px system-ui, sans-serif`;
  ctx.fillStyle = colorOf('muted');
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const most = (padding - GAP) * px;
  for (const { label, x, y } of ends) ctx.fillText(label, x + GAP * px, y, most);
};

/** Last point of each line in the visible time. */
const endsOf = (u: uPlot, chart: ChartData, layers: readonly Layer[]): End[] => {
  const { min = 0, max = 0 } = u.scales.x ?? {};
  const times = u.data[0];
  return layers.flatMap(({ series, edge }, layer) => {
    const label = chart.series[series]?.label;
    if (edge || label === undefined || u.series[layer + 1]?.show === false) return [];
    const values = u.data[layer + 1] ?? [];
    const last = times.findLastIndex(
      (time, index) => time >= (min ?? 0) && time <= (max ?? 0) && values[index] != null,
    );
    const [time, value] = [times[last], values[last]];
    return time === undefined || value == null
      ? []
      : [{ label, x: u.valToPos(time, 'x', true), y: u.valToPos(value, 'y', true) }];
  });
};

/** Moves labels apart, from top to bottom; none where they do not fit. */
const spread = (ends: readonly End[], step: number, top: number, bottom: number): End[] => {
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  if (sorted.length * step > bottom - top) return [];
  let next = top + step / 2;
  const placed = sorted.map((end) => {
    const y = Math.max(next, end.y);
    next = y + step;
    return { ...end, y };
  });
  let most = bottom - step / 2;
  return placed
    .toReversed()
    .map((end) => {
      const y = Math.min(most, end.y);
      most = y - step;
      return { ...end, y };
    })
    .toReversed();
};
