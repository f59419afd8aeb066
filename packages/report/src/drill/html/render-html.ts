import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DrillResult, describeTarget, type RepeatResult } from '@livekit-swarm/chaos';
import type { Drill, DrillFault } from '@livekit-swarm/chaos/drill';
import { capital, plural } from '@livekit-swarm/settings';
import { formatStart } from '../../format.ts';
import { documentOf } from '../../html/document.ts';
import { html, type Markup, name, untrusted } from '../../html/markup.ts';
import { formatParams } from '../format-params.ts';
import { describeKnownFailures, describeReasons, describeServer, loadText } from '../phrases.ts';
import { exitCodeOfDrill } from '../render-json.ts';
import { type ShownVerdict, showVerdict } from '../shown-verdict.ts';
import { clusterPart, faultList, joinProbeTable, violationPart } from './details.ts';
import { subscriptionMatrices } from './matrix.ts';
import {
  continuityPart,
  conversationPart,
  keyPart,
  namePart,
  objectiveTable,
  roleSection,
  shownRepeats,
  spreadPart,
  windowTable,
} from './tables.ts';
import { tiles } from './tiles.ts';
import { timeline } from './timeline.ts';

const SHEET = readFileSync(join(import.meta.dirname, 'drill.css'), 'utf8');

/** A self-contained page of one drill: verdict, timelines, objectives and subscriptions. */
export const renderDrillHtml = (
  result: DrillResult,
  options: { strict?: boolean } = {},
): string => {
  const { drill, repeats, startedAt } = result;
  const { strict = false } = options;
  const verdict = showVerdict(result, strict);
  const shown = shownRepeats(repeats);
  const body = html`<a class="skip" href="#verdict">To the verdict</a>
${masthead(result, shown, verdict)}
<main>
${hero(result, verdict, strict)}
${spreadPart(result, shown)}
${shown.map((repeat) => repeatPart(repeat, result, shown.length))}
</main>
<footer><p>livekit-swarm · drill ${name(drill.name)} · started <time datetime="${startedAt}">${startedAt}</time></p></footer>`;
  return documentOf({
    title: `${verdict.mark} ${untrusted(drill.name)}: ${verdict.label}`,
    body,
    data: null,
    sheet: SHEET,
  });
};

const masthead = (
  { drill, startedAt }: DrillResult,
  repeats: readonly RepeatResult[],
  { tone, mark }: ShownVerdict,
): Markup =>
  html`<header class="masthead"><p class="brand"><span class="pill ${tone}" aria-hidden="true">${mark}</span> <b>${name(drill.name)}</b> <span class="dim">${formatStart(startedAt)}</span></p>
<nav aria-label="Parts of the report"><ul><li><a href="#verdict">Verdict</a></li>${repeats.map(({ number }) => html`<li><a href="#repeat-${number}">${drill.repeats === 1 && repeats.length === 1 ? 'Timeline' : `Repeat ${number}`}</a></li>`)}</ul></nav>
<button type="button" id="theme" hidden>Theme</button></header>`;

const hero = (
  result: DrillResult,
  { tone, mark, label }: ShownVerdict,
  strict: boolean,
): Markup => {
  const { drill, deployment } = result;
  const server = describeServer(result);
  const known = describeKnownFailures(result);
  const reasons = describeReasons(result);
  return html`<section class="hero ${tone}" id="verdict" aria-labelledby="verdict-title">
<div class="verdict">
<p class="seal" aria-hidden="true">${mark}</p>
<div>
<h1 id="verdict-title">${capital(label)}</h1>
<p class="lead">${name(drill.name)} on ${name(server)}${!server.startsWith(deployment) && html` (${untrusted(deployment)})`}. <span class="dim">Exit code ${exitCodeOfDrill(result, strict)}.</span></p>
${known !== null && html`<p class="known">${untrusted(capital(known))}</p>`}
</div>
</div>
${reasons.length > 0 && html`<div class="reasons"><ul aria-label="Why">${reasons.slice(0, MOST_REASONS).map((reason) => html`<li>${untrusted(reason)}</li>`)}</ul>${reasons.length > MOST_REASONS && html`<p class="note">… and ${reasons.length - MOST_REASONS} more.</p>`}</div>`}
${drillDefinition(drill)}
</section>`;
};

/** Most reasons on the page; the first is the most important. */
const MOST_REASONS = 10;

const repeatPart = (repeat: RepeatResult, result: DrillResult, of: number): Markup => {
  const { repeats, drill } = result;
  return html`<section class="card repeat" id="repeat-${repeat.number}" aria-labelledby="repeat-${repeat.number}-title">
<h2 id="repeat-${repeat.number}-title">${repeats.length === 1 && drill.repeats === 1 ? 'Timeline' : `Repeat ${repeat.number}${repeat.number > drill.repeats ? ', extra attempt' : ` of ${drill.repeats}`}`} <small>${repeat.verdict}</small></h2>
${tiles(repeat)}
${faultList(repeat)}
${timeline(repeat, of)}
${objectiveTable(repeat)}
${roleSection(repeat, of)}
${windowTable(repeat, of)}
${subscriptionMatrices(repeat, of)}
${joinProbeTable(repeat, of)}
${violationPart(repeat)}${continuityPart(repeat, of)}${namePart(repeat, of)}${conversationPart(repeat, of)}${keyPart(repeat, of)}
${clusterPart(repeat)}
<p class="note record">Record: <code>${untrusted(repeat.record)}</code></p>
</section>`;
};

const RECOVERY = {
  none: 'none',
  sdk: 'sdk (resume, then reconnect)',
  app: 'app (resume, reconnect, rejoin)',
} as const;

/** Most faults that are listed; more are counted. */
const MOST_FAULTS = 5;

/** The definition of the drill, next to its verdict. */
export const drillDefinition = ({ description, load, faults, recoveryMs }: Drill): Markup =>
  html`<section class="whose" aria-labelledby="drill-title"><h2 id="drill-title">Drill</h2>
${description !== null && html`<p class="asked">${untrusted(description)}</p>`}
<dl><div><dt>Faults</dt>${faults.length === 0 && html`<dd>none</dd>`}${faults.slice(0, MOST_FAULTS).map((fault) => html`<dd class="same">${describeFault(fault)}</dd>`)}${faults.length > MOST_FAULTS && html`<dd>… and ${plural(faults.length - MOST_FAULTS, 'fault')} more</dd>`}</div>
<div><dt>Load</dt><dd>${untrusted(loadText(load))}</dd><dd>reconnect policy: ${RECOVERY[load.reconnectPolicy]}</dd></div>
<div><dt>Observation</dt><dd>${seconds(recoveryMs)} after the last rollback</dd></div></dl></section>`;

/** `10 s`, `0.5 s`. */
const seconds = (ms: number): string => `${ms / 1_000} s`;

const describeFault = (due: DrillFault): Markup => {
  const { fault, target, atMs, durationMs } = due;
  const params = formatParams(due);
  return html`<b>${fault}</b>${params !== '' && ` (${params})`} of ${name(describeTarget(target))}${atMs > 0 && ` after ${seconds(atMs)}`}${durationMs !== null && ` for ${seconds(durationMs)}`}`;
};
