import { formatNumber } from '@livekit-swarm/settings';
import { html, type Markup } from '../html/markup.ts';

const WIDTH = 560;
const HEIGHT = 200;
const LEFT = 64;
const BOTTOM = 26;
const TOP = 10;
const RIGHT = 12;

export interface LineChart {
  title: string;
  /** Unit of the horizontal axis. */
  unit: string;
  points: readonly { x: number; y: number; isGood: boolean }[];
  /** Position of a vertical line: the load that is carried. */
  mark: number | null;
  format: (value: number) => string;
}

/**
 * A figure over load, on linear axes from zero; loads that are exceeded in another colour. Null:
 * fewer than two figures.
 */
export const lineChart = ({ title, unit, points, mark, format }: LineChart): Markup | null => {
  if (points.length < 2) return null;
  const mostX = Math.max(...points.map(({ x }) => x), mark ?? 0);
  const mostY = Math.max(...points.map(({ y }) => y)) * 1.1 || 1;
  const x = (value: number): string => (LEFT + (value / mostX) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - BOTTOM - (value / mostY) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const path = points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`)
    .join('');
  const last = points.at(-1);
  return html`<figure class="card over-load"><figcaption><h3>${title}</h3></figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${last === undefined ? '' : format(last.y)} at ${formatNumber(last?.x ?? 0)} ${unit}">
${[0, 0.5, 1].map((part) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(part * mostY)}" y2="${y(part * mostY)}"/><text class="tick" x="${LEFT - 6}" y="${y(part * mostY)}" text-anchor="end" dominant-baseline="middle">${format(part * mostY)}</text>`)}
${mark !== null && html`<line class="mark" x1="${x(mark)}" x2="${x(mark)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`}
<path class="run" d="${path}"/>
${points.map((point) => html`<circle class="${point.isGood ? 'held' : 'crossed'}" cx="${x(point.x)}" cy="${y(point.y)}" r="3.5"/>`)}
<text class="tick" x="${LEFT}" y="${HEIGHT - 8}">0</text><text class="tick" x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${formatNumber(mostX)} ${unit}</text>
</svg></figure>`;
};
