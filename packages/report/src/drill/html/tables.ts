import {
  type DrillResult,
  outcomeKey,
  outcomeOf,
  type RepeatResult,
  type WindowFigures,
} from '@livekit-swarm/chaos';
import { capital, formatNumber, plural } from '@livekit-swarm/settings';
import { clock, formatCount, formatMs, formatShare } from '../../format.ts';
import { html, type Markup, untrusted } from '../../html/markup.ts';
import { scrollingTable } from '../../html/table.ts';
import { measuredOf } from '../../phrases/limits.ts';
import type { TableData } from '../../text-layout.ts';
import {
  describeContinuity,
  describeConversations,
  describeKeyRotation,
  describeOutcome,
  expectedText,
  formatRecoveryTime,
  hasVerdict,
  measuredText,
  objectiveLabel,
} from '../phrases.ts';
import {
  continuityTable,
  conversationTable,
  keyTable,
  nameTable,
  roleTable,
  stateTable,
} from '../table-data.ts';

/** The accessible name of a part of the page. @param of repeats on the page */
export const partLabel = (
  what: string,
  { number }: Pick<RepeatResult, 'number'>,
  of: number,
): string => (of > 1 ? `${what}, repeat ${number}` : what);

/** Table of objectives and thresholds, with required and measured values. */
export const objectiveTable = (repeat: RepeatResult): Markup | null => {
  const { objectives, thresholds } = repeat;
  if (!hasVerdict(repeat)) return null;
  const rows = [
    ...objectives.map((result) =>
      row(result.met, objectiveLabel(result), measuredText(result), expectedText(result)),
    ),
    ...thresholds.map((result) =>
      row(result.ok, result.metric, measuredOf(result), result.expression),
    ),
  ];
  if (rows.length === 0) return null;
  return html`<h3>Objectives</h3><table class="objectives"><thead><tr><th scope="col"><span class="hidden">Result</span></th><th scope="col">Objective</th><th scope="col" class="n">Measured</th><th scope="col" class="n">Expected</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const row = (ok: boolean | null, what: string, measured: string, expected: string): Markup => {
  const [mark, word, tone] =
    ok === null
      ? (['?', 'not measured', 'unsure'] as const)
      : ok
        ? (['✓', 'met', 'good'] as const)
        : (['✗', 'missed', 'bad'] as const);
  return html`<tr><td class="${tone}"><span aria-hidden="true">${mark}</span><span class="hidden">${word}</span></td><th scope="row">${untrusted(what)}</th><td class="n found ${tone}">${untrusted(measured)}</td><td class="n asked">${untrusted(expected)}</td></tr>`;
};

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

/** Recovery by role, for a load of several roles. */
export const roleSection = (repeat: RepeatResult, of: number): Markup | null => {
  const { head, ...table } = roleTable(repeat);
  const label = partLabel('Recovery by role', repeat, of);
  const markup = scrollingTable({ ...table, head: head.map(capital) }, label);
  return markup === null ? null : html`<h3>Recovery by role</h3>${markup}`;
};

/** Recovery time and lost state, if the drill measures them. */
export const continuityPart = (repeat: RepeatResult, of: number): Markup | null => {
  const summary = describeContinuity(repeat.recovery);
  if (summary === null) return null;
  const tableOf = ({ head, ...table }: TableData, what: string): Markup | null =>
    scrollingTable({ ...table, head: head.map(capital) }, partLabel(what, repeat, of));
  return html`<h3>Continuity</h3><p>${capital(summary)}.</p>${tableOf(continuityTable(repeat), 'API and joins')}${tableOf(stateTable(repeat), 'State')}`;
};

/** Changes of DNS, and the connections after them. */
export const namePart = (repeat: RepeatResult, of: number): Markup | null => {
  const { head, ...table } = nameTable(repeat);
  const label = partLabel('Changes of DNS', repeat, of);
  const markup = scrollingTable({ ...table, head: head.map(capital) }, label);
  return markup === null ? null : html`<h3>DNS</h3>${markup}`;
};

/** Conversations with voice agents, if the load has any. */
export const conversationPart = (repeat: RepeatResult, of: number): Markup | null => {
  const sentences = describeConversations(repeat.recovery);
  if (sentences.length === 0) return null;
  const { head, ...table } = conversationTable(repeat);
  const label = partLabel('Conversations', repeat, of);
  return html`<h3>Conversations</h3>${sentences.map((line) => html`<p>${capital(line)}.</p>`)}${scrollingTable({ ...table, head: head.map(capital) }, label)}`;
};

/** Answers to the API keys, if the drill rotates them. */
export const keyPart = (repeat: RepeatResult, of: number): Markup | null => {
  const { keyRotation, faults } = repeat.recovery;
  if (keyRotation === null) return null;
  const { head, ...table } = keyTable(repeat);
  const label = partLabel('Answers to API keys', repeat, of);
  const sentences = describeKeyRotation(keyRotation, faults[0]?.injectedAt ?? 0);
  return html`<h3>API keys</h3>${scrollingTable({ ...table, head: head.map(capital) }, label)}${sentences.map((line) => html`<p>${capital(line)}.</p>`)}`;
};

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);

/** Repeats shown in full; each outcome is among them. */
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
