import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentOf, html, type Markup, name, said } from '@livekit-swarm/report/html';
import type { DrillResult, RepeatResult } from '../../measure/drill-result.ts';
import { exitCodeOfDrill } from '../exit-code.ts';
import { knowledgeSentence, VERDICT_MARKS, verdictWords } from '../words.ts';
import { clusterPart, faultList, newcomerTable } from './details.ts';
import { pairMatrices } from './matrix.ts';
import { objectiveTable } from './objectives.ts';
import { spreadPart } from './spread.ts';
import { tiles } from './tiles.ts';
import { timeline } from './timeline.ts';
import { windowTable } from './windows.ts';

const SHEET = readFileSync(join(import.meta.dirname, 'drill.css'), 'utf8');

/** A page of one drill: what it came to, who was silent when, and who hears whom. Needs nothing but itself. */
export const renderDrillHtml = (result: DrillResult, options: { strict?: boolean } = {}): string => {
  const { drill, verdict, repeats, startedAt } = result;
  const body = html`<a class="skip" href="#verdict">To the verdict</a>
${masthead(result)}
<main>
${hero(result, options.strict ?? false)}
${spreadPart(result)}
${repeats.map((repeat) => repeatPart(repeat, repeats.length))}
</main>
<footer><p>livekit-swarm · drill ${name(drill.name)} · started <time datetime="${startedAt}">${startedAt}</time></p></footer>`;
  return documentOf({
    title: `${VERDICT_MARKS[verdict]} ${said(drill.name)}: ${verdictWords(result)}`,
    body,
    data: null,
    sheet: SHEET,
  });
};

/** What the sheets have colours for. */
const TONES = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  void: 'inconclusive',
  interrupted: 'inconclusive',
} as const;

const masthead = ({ drill, verdict, repeats }: DrillResult): Markup =>
  html`<header class="masthead"><p class="brand"><span class="pill ${TONES[verdict]}" aria-hidden="true">${VERDICT_MARKS[verdict]}</span> <b>${name(drill.name)}</b></p>
<nav aria-label="Parts of the report"><ul><li><a href="#verdict">Verdict</a></li>${repeats.map(({ number }) => html`<li><a href="#repeat-${number}">Repeat ${number}</a></li>`)}</ul></nav>
<button type="button" id="theme" hidden>Theme</button></header>`;

const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const hero = (result: DrillResult, strict: boolean): Markup => {
  const { drill, verdict, serverVersion, target, repeats } = result;
  const known = knowledgeSentence(result);
  const reasons = [...new Set(repeats.flatMap((repeat) => repeat.reasons))];
  return html`<section class="hero ${TONES[verdict]}" id="verdict" aria-labelledby="verdict-title">
<div class="verdict">
<p class="seal" aria-hidden="true">${VERDICT_MARKS[verdict]}</p>
<div>
<h1 id="verdict-title">${capital(verdictWords(result))}</h1>
<p class="lead">${name(drill.name)} on ${name(target)}${serverVersion !== null && html`, livekit-server ${serverVersion}`}. <span class="dim">Exit code ${exitCodeOfDrill(result, strict)}.</span></p>
${known !== null && html`<p class="lead known">${said(known)}</p>`}
${drill.description !== null && html`<p class="asked">${said(drill.description)}</p>`}
</div>
</div>
${reasons.length > 0 && html`<div class="reasons"><ul aria-label="Why">${reasons.slice(0, 10).map((reason) => html`<li>${said(reason)}</li>`)}</ul></div>`}
</section>`;
};

const repeatPart = (repeat: RepeatResult, of: number): Markup =>
  html`<section class="card repeat" id="repeat-${repeat.number}" aria-labelledby="repeat-${repeat.number}-title">
<h2 id="repeat-${repeat.number}-title">${of === 1 ? 'What happened' : `Repeat ${repeat.number} of ${of}`} <small>${repeat.verdict}</small></h2>
${tiles(repeat)}
${faultList(repeat)}
${timeline(repeat)}
${objectiveTable(repeat)}
${windowTable(repeat)}
${pairMatrices(repeat)}
${newcomerTable(repeat)}
${clusterPart(repeat)}
<p class="note">Record: <code>${repeat.record}</code></p>
</section>`;
