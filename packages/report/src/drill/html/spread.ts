import type { DrillResult, RepeatResult } from '@livekit-swarm/chaos';
import { outcomeOf } from '@livekit-swarm/chaos';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { html, type Markup } from '../../html/markup.ts';
import { formatTook } from '../phrases.ts';

/** More than these nobody looks at one by one: each outcome is among them. */
const MOST_SHOWN = 10;

/** Those that are told of in full, in their order. */
export const shownRepeats = (repeats: readonly RepeatResult[]): RepeatResult[] => {
  const firsts = [...Map.groupBy(repeats, outcomeOf).values()].flatMap(([first]) => first ?? []);
  const shown = new Set([...firsts, ...repeats].slice(0, firsts.length + repeats.length));
  return [...shown].slice(0, MOST_SHOWN).sort((a, b) => a.number - b.number);
};

/** What the repeats have in common, and what they do not. @param shown those with a part of their own */
export const spreadPart = (
  { repeats, spread, outcomes }: DrillResult,
  shown: readonly RepeatResult[],
): Markup | null => {
  if (repeats.length < 2) return null;
  const summary = (
    [
      ['least', 'min'],
      ['median', 'median'],
      ['most', 'max'],
    ] as const
  ).flatMap(([what, key]) =>
    spread.rtoMax === null || spread.rtoP50 === null
      ? []
      : [[what, spread.rtoP50[key], spread.rtoMax[key]] as const],
  );
  return html`<section class="card" aria-labelledby="spread-title"><h2 id="spread-title">Over ${plural(repeats.length, 'repeat')}</h2>
<ul class="done">${outcomes.map(({ outcome, times }) => html`<li><b>${times} ×</b> ${outcome}</li>`)}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Every repeat"><table><thead><tr><th scope="col">Repeat</th><th scope="col">Outcome</th><th scope="col" class="n">Fell silent</th><th scope="col" class="n">Never back</th><th scope="col" class="n">Half back within</th><th scope="col" class="n">Last back after</th><th scope="col" class="n">Split brain</th></tr></thead><tbody>${repeats.map((repeat) => repeatRow(repeat, shown.includes(repeat)))}</tbody>${summary.length > 0 && html`<tfoot>${summary.map(([what, half, last]) => html`<tr><th scope="row">${what}</th><td></td><td></td><td></td><td class="n">${formatTook(half)}</td><td class="n">${formatTook(last)}</td><td></td></tr>`)}</tfoot>`}</table></div></section>`;
};

const repeatRow = (repeat: RepeatResult, shown: boolean): Markup => {
  const { number, recovery } = repeat;
  const { rto, pairsHit, neverRecovered, roomsSplit } = recovery;
  const bad = (count: number): string => (count > 0 ? 'n bad' : 'n');
  return html`<tr><th scope="row">${shown ? html`<a href="#repeat-${number}">${number}</a>` : number}</th><td>${outcomeOf(repeat)}</td><td class="n">${formatNumber(pairsHit)}</td><td class="${bad(neverRecovered)}">${formatNumber(neverRecovered)}</td><td class="n">${formatTook(rto?.p50 ?? null)}</td><td class="n">${formatTook(rto?.max ?? null)}</td><td class="${bad(roomsSplit)}">${roomsSplit}</td></tr>`;
};
