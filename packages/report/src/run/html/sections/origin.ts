import { formatScenario, type Scenario } from '@livekit-swarm/scenario';
import { formatDuration } from '@livekit-swarm/settings';
import { formatBytes } from '../../../format.ts';
import { html, type Markup, name, untrusted } from '../../../html/markup.ts';
import { cut } from '../../../markdown/elements.ts';
import { serverText } from '../../../phrases/server.ts';
import type { HtmlInput } from '../../report-input.ts';
import { list } from './details.ts';

/** A scenario of more signs than this is looked up where it is kept. */
const MAX_SOURCE = 50_000;

/** The scenario, the environment, and the record. */
export const originSection = ({ summary, recordPath }: HtmlInput): Markup => {
  const { scenario, deployment, environment, plan } = summary;
  return html`<section id="origin" aria-labelledby="origin-title">
<div class="head"><h2 id="origin-title">Scenario and environment</h2></div>
<div class="halves">
<div class="card"><h3>Scenario ${name(scenario.name)}</h3>
${list([
  ['participants', String(plan.participants)],
  [
    'rooms',
    plan.droppedRooms > 0 ? `${plan.rooms}, ${plan.droppedRooms} not opened` : String(plan.rooms),
  ],
  ['length', formatDuration(plan.endAtMs)],
  ['seed', String(scenario.seed)],
  ...Object.entries(scenario.tags)
    .slice(0, 30)
    .map(([tag, value]): [string, Markup] => [untrusted(tag), name(value)]),
])}
<details class="source" open><summary>As a file</summary><pre tabindex="0" aria-label="The scenario as a file">${cut(sourceOf(scenario), MAX_SOURCE)}</pre></details></div>
<div class="card"><h3>Environment</h3>
${list([
  ['server', deployment === null ? 'not reached' : untrusted(serverText(deployment))],
  ...(deployment === null ? [] : ([['URL', name(deployment.url)]] as [string, Markup][])),
  ...(deployment !== null && deployment.nodes.length > 0
    ? ([['nodes', untrusted(deployment.nodes.join(', '))]] as [string, string][])
    : []),
  ['run', summary.run],
  ...Object.entries(environment).map(factOf),
])}
${recordPath !== null && html`<h4>The record</h4><p><code class="path">${recordPath}</code></p><p class="note">Everything on this page is derived from it. <code>swarm report</code> evaluates and renders it again.</p>`}</div>
</div></section>`;
};

/**
 * Scenario as a file, or as JSON when the record is of another version and has values that a file
 * cannot hold.
 */
const sourceOf = (scenario: Scenario): string => {
  try {
    return formatScenario(scenario);
  } catch {
    return JSON.stringify(scenario, null, 2);
  }
};

/** A name that ends in `Bytes` has a unit: the figure is formatted. */
const factOf = ([term, value]: [string, string | number]): [string, string] =>
  typeof value === 'number' && term.endsWith('Bytes')
    ? [term.slice(0, -'Bytes'.length), formatBytes(value)]
    : [term, String(value)];
