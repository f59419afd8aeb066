import { type ChartHistory, type ChartLine, level } from './chart-spec.ts';

/** Largest number of heights in a chart: of more, those with the most tracks. */
const MAX_HEIGHTS = 6;

/** Lines of the number of video tracks by height, the highest on top. */
export const heights =
  (direction: 'up' | 'down') =>
  (history: ChartHistory): ChartLine[] => {
    const prefix = `layers ${direction} `;
    return mostTracks(
      history,
      history.names(prefix).filter((name) => Number.isFinite(heightOf(name, prefix))),
    )
      .sort((a, b) => heightOf(a, prefix) - heightOf(b, prefix))
      .map((name, index, shown) => {
        const height = heightOf(name, prefix);
        const label = height === 0 ? 'no frame yet' : `${height}p`;
        return level(name, label, `step-${shadeOf(index, shown.length)}`, 'area');
      });
  };

const heightOf = (name: string, prefix: string): number => Number(name.slice(prefix.length));

const mostTracks = (history: ChartHistory, names: string[]): string[] => {
  if (names.length <= MAX_HEIGHTS) return names;
  const tracks = new Map(names.map((name) => [name, sumOf(history.line(name)?.value ?? [])]));
  return names.sort((a, b) => (tracks.get(b) ?? 0) - (tracks.get(a) ?? 0)).slice(0, MAX_HEIGHTS);
};

const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce((sum: number, value) => sum + (value ?? 0), 0);

/** Number of a shade: few shades are far apart. */
const shadeOf = (index: number, of: number): number =>
  of === 1 ? 3 : of === 2 ? ([2, 5][index] ?? 5) : 1 + Math.round((index / (of - 1)) * 5);
