import type { DrillResult, RepeatResult } from '@livekit-swarm/chaos';
import { outcomeKey, outcomeOf } from '@livekit-swarm/chaos';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { html, type Markup } from '../../html/markup.ts';
import { describeOutcome, formatRecoveryTime } from '../phrases.ts';

/** At most so many are shown in full: each outcome is among them. */
const MAX_SHOWN = 10;

/** Repeats that are shown in full, in their order. */
export const shownRepeats = (repeats: readonly RepeatResult[]): RepeatResult[] => {
  const firsts = [
    ...Map.groupBy(repeats, (repeat) => outcomeKey(outcomeOf(repeat))).values(),
  ].flatMap(([first]) => first ?? []);
  const shown = new Set([...firsts, ...repeats].slice(0, firsts.length + repeats.length));
  return [...shown].slice(0, MAX_SHOWN).sort((a, b) => a.number - b.number);
};

/** Outcomes and spread over the repeats. @param shown those with a section of their own */
export const spreadPart = (
  { repeats, spread, outcomes }: DrillResult,
  shown: readonly RepeatResult[],
): Markup | null => {
  if (repeats.length < 2) return null;
  const summary = (
    [
      ['min', 'min'],
      ['median', 'median'],
      ['max', 'max'],
    ] as const
  ).flatMap(([what, key]) =>
    spread.timeToRecoverMax === null || spread.timeToRecoverP50 === null
      ? []
      : [[what, spread.timeToRecoverP50[key], spread.timeToRecoverMax[key]] as const],
  );
  return html`<section class="card" aria-labelledby="spread-title"><h2 id="spread-title">Over ${plural(repeats.length, 'repeat')}</h2>
<ul class="done">${outcomes.map((one) => html`<li><b>${one.count} ×</b> ${describeOutcome(one)}</li>`)}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Every repeat"><table><thead><tr><th scope="col">Repeat</th><th scope="col">Outcome</th><th scope="col" class="n">Interrupted</th><th scope="col" class="n">Not recovered</th><th scope="col" class="n">Time to recover p50</th><th scope="col" class="n">Time to recover max</th><th scope="col" class="n">Split brain</th></tr></thead><tbody>${repeats.map((repeat) => repeatRow(repeat, shown.includes(repeat)))}</tbody>${summary.length > 0 && html`<tfoot>${summary.map(([what, half, last]) => html`<tr><th scope="row">${what}</th><td></td><td></td><td></td><td class="n">${formatRecoveryTime(half)}</td><td class="n">${formatRecoveryTime(last)}</td><td></td></tr>`)}</tfoot>`}</table></div></section>`;
};

const repeatRow = (repeat: RepeatResult, shown: boolean): Markup => {
  const { number, recovery } = repeat;
  const { timeToRecover, subscriptionsInterrupted, subscriptionsNotRecovered, roomsSplit } =
    recovery;
  const bad = (count: number): string => (count > 0 ? 'n bad' : 'n');
  return html`<tr><th scope="row">${shown ? html`<a href="#repeat-${number}">${number}</a>` : number}</th><td>${describeOutcome(outcomeOf(repeat))}</td><td class="n">${formatNumber(subscriptionsInterrupted)}</td><td class="${bad(subscriptionsNotRecovered)}">${formatNumber(subscriptionsNotRecovered)}</td><td class="n">${formatRecoveryTime(timeToRecover?.p50 ?? null)}</td><td class="n">${formatRecoveryTime(timeToRecover?.max ?? null)}</td><td class="${bad(roomsSplit)}">${roomsSplit}</td></tr>`;
};
