import type { PageData } from '../charts/chart-data.ts';
import { formatPoint } from './format.ts';
import { formatMoment } from './moment.ts';
import { type DrawnChart, moveCursor, zoomTo } from './plot.ts';

/** Arrow keys, Home and End move the cursor through time, + - and 0 zoom; `reading` announces the values at the cursor. */
export const listenToKeys = (
  page: PageData,
  drawn: DrawnChart,
  reading: HTMLElement,
  signal: AbortSignal,
): void => {
  const { place, u, chart } = drawn;

  const announce = (point: number | null): void => {
    const values = chart.series.map(
      ({ label }, series) => `${label} ${formatPoint(chart, series, point)}`,
    );
    reading.textContent =
      point === null ? '' : `${formatMoment(point * page.step)}: ${values.join(', ')}`;
  };

  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { min = 0, max = 0 } = u.scales.x ?? {};
    const last = page.points - 1;
    const now = u.cursor.idx ?? Math.round(min / page.step);
    const stride = event.shiftKey ? 10 : 1;
    const middle = now * page.step;
    const zoomIn = (): void => zoomTo(page, u, middle - (max - min) / 4, middle + (max - min) / 4);

    const moves: Record<string, () => number | null> = {
      ArrowRight: () => Math.min(last, u.cursor.idx == null ? now : now + stride),
      ArrowLeft: () => Math.max(0, now - stride),
      Home: () => Math.max(0, Math.ceil(min / page.step)),
      End: () => Math.min(last, Math.floor(max / page.step)),
      Escape: () => null,
    };
    const zooms: Record<string, () => void> = {
      '+': zoomIn,
      '=': zoomIn,
      '-': () => zoomTo(page, u, middle - (max - min), middle + (max - min)),
      0: () => zoomTo(page, u, 0, last * page.step),
    };
    const move = moves[event.key];
    const zoom = zooms[event.key];
    if (move === undefined && zoom === undefined) return;
    event.preventDefault();
    zoom?.();
    const point = move === undefined ? now : move();
    const at = point === null ? 0 : point * page.step;
    // The view follows a cursor that leaves it.
    if (move !== undefined && point !== null && (at < min || at > max))
      zoomTo(page, u, at - (max - min) / 2, at + (max - min) / 2);
    moveCursor(u, point);
    announce(point);
  };
  place.addEventListener('keydown', press, { signal });
  place.addEventListener('blur', () => moveCursor(u, null), { signal });
};
