import { formatCount, formatMs, formatShare } from '@livekit-swarm/report';
import { html, type Markup, preciseClock } from '@livekit-swarm/report/html';
import type { RepeatResult } from '../../measure/drill-result.ts';

/** The same figures before, during and after. */
export const windowTable = ({ windows }: RepeatResult): Markup | null =>
  windows.length === 0
    ? null
    : html`<h3>Before, during, after</h3><div class="scroll" tabindex="0" role="region" aria-label="Figures by window"><table><thead><tr><th scope="col">Window</th><th scope="col" class="n">From</th><th scope="col" class="n">To</th><th scope="col" class="n">Joined</th><th scope="col" class="n">Not let in</th><th scope="col" class="n">Join p95</th><th scope="col" class="n">Packets/s</th><th scope="col" class="n">Loss</th><th scope="col" class="n">Jitter p95</th><th scope="col" class="n">Latency p95</th><th scope="col" class="n">NACKs/s</th></tr></thead><tbody>${windows.map(
        (window) =>
          html`<tr><th scope="row">${window.name}</th><td class="n">${preciseClock(window.fromMs)}</td><td class="n">${preciseClock(window.toMs)}</td><td class="n">${window.joined}</td><td class="n">${window.joinFailures}</td><td class="n">${formatMs(window.joinP95Ms)}</td><td class="n">${formatCount(rounded(window.packetsPerSecond))}</td><td class="n">${formatShare(window.loss)}</td><td class="n">${formatMs(window.jitterP95Ms)}</td><td class="n">${formatMs(window.latencyP95Ms)}</td><td class="n">${formatCount(window.nacksPerSecond)}</td></tr>`,
      )}</tbody></table></div>`;

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value));
