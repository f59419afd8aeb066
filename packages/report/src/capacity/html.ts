import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapacityPoint, CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatMs, formatShare } from '../format.ts';
import { documentOf } from '../html/document.ts';
import { html, type Markup, name, untrusted } from '../html/markup.ts';
import { MARKS, type TableData } from '../text-layout.ts';
import { lineChart } from './line-chart.ts';
import { causeText, conclusionText, modelErrorText, notes, sizingTitle } from './phrases.ts';
import { costTable, modelTable, pointTable, sizingTable } from './tables.ts';

const SHEET = readFileSync(join(import.meta.dirname, 'capacity.css'), 'utf8');

/** A self-contained page: what is carried, quality and cost over load, nodes needed. */
export const renderCapacityHtml = (result: CapacityResult): string => {
  const { exitCode, end, cause, scenario, startedAt, limits, model } = result;
  const tone = exitCode === 0 ? 'passed' : end === 'unreachable' ? 'failed' : 'inconclusive';
  const conclusion = conclusionText(result);
  const remarks = [...(cause === null ? [] : [causeText(cause)]), ...notes(result)];
  const body = html`<a class="skip" href="#capacity">To the result</a>
<header class="masthead"><p class="brand"><span class="pill ${tone}" aria-hidden="true">${MARKS[tone]}</span> <b>${name(scenario)}</b> <span class="dim">capacity</span></p></header>
<main>
<section class="hero ${tone}" id="capacity" aria-labelledby="capacity-title">
<div class="verdict"><p class="seal" aria-hidden="true">${MARKS[tone]}</p>
<div><h1 id="capacity-title">${conclusion}</h1>
<p class="lead">${name(scenario)} on ${targetText(result)}. <span class="dim">Exit code ${exitCode}.</span></p>
${limits.length > 0 && html`<p class="asked">Limits: ${untrusted(limits.join(', '))}</p>`}</div></div>
${remarks.length > 0 && html`<div class="reasons"><ul aria-label="Why">${remarks.map((remark) => html`<li>${untrusted(remark)}</li>`)}</ul></div>`}
</section>
${charts(result)}
${section('Loads', pointTable(result))}
${section('Cost of one more', costTable(result))}
${result.sizing.length > 0 && section(sizingTitle(result), sizingTable(result))}
${model !== null && section('Cost model', modelTable(result), modelErrorText(result))}
</main>
<footer><p>livekit-swarm · capacity of ${name(scenario)} · started <time datetime="${startedAt}">${startedAt}</time></p></footer>`;
  return documentOf({
    title: `${MARKS[tone]} ${untrusted(scenario)}: capacity`,
    body,
    data: null,
    sheet: SHEET,
  });
};

const targetText = ({ target }: CapacityResult): Markup => {
  const version = target.serverVersion === null ? '' : ` ${target.serverVersion}`;
  const cores = target.nodeCores === null ? '' : `, ${formatNumber(target.nodeCores)} cores a node`;
  return html`${target.url === null ? `a local livekit-server${version}` : untrusted(target.url)}${cores}`;
};

/** Two points at least make a line. */
const charts = (result: CapacityResult): Markup | null => {
  const shown = (
    [
      [
        'Server CPU, cores',
        (point) => point.measured.cpuCores,
        (value) => formatNumber(Number(value.toPrecision(3))),
      ],
      ['Server memory', (point) => point.measured.memoryBytes, formatBytes],
      ['Sent by the server', (point) => point.measured.bitsDown, formatBits],
      ['Latency p95', (point) => point.measured.latencyP95Ms, formatMs],
      ['Jitter p95', (point) => point.measured.jitterP95Ms, formatMs],
      ['Join time p95', (point) => point.measured.joinTimeP95Ms, formatMs],
      ['Loss', (point) => point.measured.loss, formatShare],
    ] satisfies [string, (point: CapacityPoint) => number | null, (value: number) => string][]
  ).flatMap(([title, read, format]) => {
    const points = result.points.flatMap((point) => {
      const y = read(point);
      return y === null ? [] : [{ x: point.load, y, isGood: point.state.endsWith('carried') }];
    });
    const mark = result.carried === 0 ? null : result.carried;
    return lineChart({ title, unit: result.unit, points, mark, format }) ?? [];
  });
  return shown.length === 0
    ? null
    : html`<section aria-labelledby="over-load"><div class="head"><h2 id="over-load">Over load</h2><p class="note">The dashed line is the load that is carried.</p></div><div class="halves">${shown}</div></section>`;
};

const section = (title: string, { head, rows, left }: TableData, note?: string): Markup | null =>
  rows.length === 0
    ? null
    : html`<section class="card"><h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head.map((text, column) => html`<th scope="col" class="${left.includes(column) ? '' : 'n'}">${text}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((text, column) => html`<td class="${left.includes(column) ? '' : 'n'}">${untrusted(text)}</td>`)}</tr>`)}</tbody></table></div>${note !== undefined && html`<p class="note">${note}</p>`}</section>`;
