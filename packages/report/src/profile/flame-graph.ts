import type { ServerProfile } from '@livekit-swarm/analysis';
import { html, type Markup, percent, untrusted } from '../html/markup.ts';
import { ORIGINS, originOf, shortName } from './function-name.ts';
import { hasSamples, part, profileNotes } from './profile-table.ts';

/** Height of a call, px. */
const ROW = 18;
/** Calls on top of each other that are shown. */
const MAX_ROWS = 60;
/** Narrowest call with a name, share of the CPU time. */
const NAMED = 0.025;

/** A call in the graph: `fromMs` is the CPU time of the calls on its left. */
interface Placed {
  row: number;
  fromMs: number;
  ms: number;
  name: string;
}

/**
 * Flame graphs of the nodes that were profiled: callers above what they call, as wide as their CPU
 * time. They need no script. Null: no node was.
 */
export const flameGraphs = (profiles: readonly ServerProfile[] = []): Markup | null => {
  const taken = profiles.filter(hasSamples);
  return taken.length === 0
    ? null
    : html`<section id="cpu" aria-labelledby="cpu-title"><div class="head"><h2 id="cpu-title">Where the CPU time went</h2><p class="note">Callers are above what they call; the width is CPU time. A call has its name and share under the pointer.</p></div>
${taken.map(flameGraph)}</section>`;
};

const flameGraph = (profile: ServerProfile): Markup => {
  const { node, cpuMs } = profile;
  const calls = placed(profile);
  const rows = Math.max(...calls.map(({ row }) => row)) + 1;
  return html`<figure class="card flame"><figcaption><h3>${untrusted(node)}</h3>${profileNotes([profile]).map((note) => html`<p class="note">${untrusted(note)}</p>`)}<ul class="origins" aria-label="Colours">${Object.entries(ORIGINS).map(([origin, title]) => html`<li><svg width="10" height="10" aria-hidden="true"><rect class="${origin}" width="10" height="10"/></svg> ${title}</li>`)}</ul></figcaption>
<svg width="100%" height="${rows * ROW}" role="img" aria-label="Flame graph of ${untrusted(node)}; the table of functions has its heaviest">${calls.map(
    ({ row, fromMs, ms, name }) =>
      html`<svg x="${percent(fromMs, cpuMs)}" y="${row * ROW}" width="${percent(ms, cpuMs)}" height="${ROW - 1}"><title>${untrusted(name)}: ${part(ms, cpuMs)}</title><rect class="${originOf(name)}" width="100%" height="100%"/>${ms / cpuMs >= NAMED && html`<text x="3" y="13">${untrusted(shortName(name))}</text>`}</svg>`,
  )}</svg></figure>`;
};

/** Places the calls: those of the same caller side by side, the longest on the left. */
const placed = ({ frames, names, cpuMs }: ServerProfile): Placed[] => {
  const calls: Placed[] = [];
  /** Begin of the next call of each frame, ms; of −1, that of the outermost. */
  const free = new Map<number, number>([[-1, 0]]);
  for (const [index, [name, caller, ms]] of frames.entries()) {
    const fromMs = free.get(caller) ?? 0;
    free.set(caller, fromMs + ms);
    free.set(index, fromMs);
    calls.push({ row: (calls[caller]?.row ?? -1) + 1, fromMs, ms, name: names[name] ?? '' });
  }
  return calls.filter(({ row, fromMs }) => row < MAX_ROWS && fromMs < cpuMs);
};
