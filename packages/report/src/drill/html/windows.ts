import type { RepeatResult, WindowFigures } from '@livekit-swarm/chaos';
import { formatCount, formatMs, formatShare } from '../../format.ts';
import { clock } from '../../html/clock.ts';
import { html, type Markup } from '../../html/markup.ts';
import { capital } from '../phrases.ts';
import { partLabel } from './part-label.ts';

const FIGURES: readonly (readonly [string, (window: WindowFigures) => string])[] = [
  ['Joined', ({ joined }) => formatCount(joined)],
  ['Join failed', ({ joinFailures }) => formatCount(joinFailures)],
  ['Join time p95', ({ joinP95Ms }) => formatMs(joinP95Ms)],
  ['Packets received per second', ({ packetsPerSecond }) => formatCount(rounded(packetsPerSecond))],
  ['Loss', ({ loss }) => formatShare(loss)],
  ['Jitter p95', ({ jitterP95Ms }) => formatMs(jitterP95Ms)],
  ['Latency p95', ({ latencyP95Ms }) => formatMs(latencyP95Ms)],
  ['NACKs per second', ({ nacksPerSecond }) => formatCount(nacksPerSecond)],
];

/** The same figures in each window. */
export const windowTable = ({ windows, number }: RepeatResult, of: number): Markup | null =>
  windows.length === 0
    ? null
    : html`<h3>Windows</h3><div class="scroll" tabindex="0" role="region" aria-label="${partLabel('Figures by window', { number }, of)}"><table class="windows"><thead><tr><td></td>${windows.map(
        ({ name, fromMs, toMs }) =>
          html`<th scope="col" class="n">${capital(name)}<br><span class="dim">${clock(fromMs)}–${clock(toMs)}</span></th>`,
      )}</tr></thead><tbody>${FIGURES.map(
        ([title, figure]) =>
          html`<tr><th scope="row">${title}</th>${windows.map((window) => html`<td class="n">${figure(window)}</td>`)}</tr>`,
      )}</tbody></table></div>`;

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);
