import { formatCount, formatMs, formatShare } from '@livekit-swarm/report';
import { clock, html, type Markup } from '@livekit-swarm/report/html';
import type { RepeatResult } from '../../measure/drill-result.ts';
import type { WindowFigures } from '../../measure/window-figures.ts';
import { capital } from '../words.ts';
import { partLabel } from './part-label.ts';

const FIGURES: readonly (readonly [string, (window: WindowFigures) => string])[] = [
  ['Joined', ({ joined }) => formatCount(joined)],
  ['Not let in', ({ joinFailures }) => formatCount(joinFailures)],
  ['Joined within, 95 %', ({ joinP95Ms }) => formatMs(joinP95Ms)],
  ['Packets received a second', ({ packetsPerSecond }) => formatCount(rounded(packetsPerSecond))],
  ['Loss', ({ loss }) => formatShare(loss)],
  ['Jitter at most, 95 %', ({ jitterP95Ms }) => formatMs(jitterP95Ms)],
  ['Latency at most, 95 %', ({ latencyP95Ms }) => formatMs(latencyP95Ms)],
  ['NACKs a second', ({ nacksPerSecond }) => formatCount(nacksPerSecond)],
];

/** The same figures before, during and after. */
export const windowTable = ({ windows, number }: RepeatResult, of: number): Markup | null =>
  windows.length === 0
    ? null
    : html`<h3>Before, during, after</h3><div class="scroll" tabindex="0" role="region" aria-label="${partLabel('Figures by window', { number }, of)}"><table class="windows"><thead><tr><td></td>${windows.map(
        ({ name, fromMs, toMs }) =>
          html`<th scope="col" class="n">${capital(name)}<br><span class="dim">${clock(fromMs)}–${clock(toMs)}</span></th>`,
      )}</tr></thead><tbody>${FIGURES.map(
        ([title, figure]) =>
          html`<tr><th scope="row">${title}</th>${windows.map((window) => html`<td class="n">${figure(window)}</td>`)}</tr>`,
      )}</tbody></table></div>`;

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);
