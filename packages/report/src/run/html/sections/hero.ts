import type { Summary, ThresholdResult } from '@livekit-swarm/analysis';
import { EXIT_CODES, formatNumber, plural } from '@livekit-swarm/settings';
import { describeGroups } from '../../../describe-scenario.ts';
import { clock, formatCores, formatRoundMs, formatRoundShare } from '../../../format.ts';
import { html, type Markup, name, untrusted } from '../../../html/markup.ts';
import { adviceContextOf, figureOf, limitOf, measuredOf } from '../../../phrases/limits.ts';
import { serverText } from '../../../phrases/server.ts';
import { MAY_BE_CAUSED_BY_GENERATOR, reasonText } from '../../../phrases/verdict-reason.ts';
import { MARKS } from '../../../text-layout.ts';
import type { HtmlInput } from '../../report-input.ts';
import { beyond, crossingOf, outageSpans, spansText } from '../crossings.ts';

const MAX_REASONS = 5;
/** Most reasons on the page; those beyond the first are collapsed. */
const MAX_REASONS_IN_ALL = 50;

/**
 * The verdict, its reasons with times, and whether the deployment or the load generator caused
 * them.
 */
export const heroSection = (input: HtmlInput): Markup => {
  const { summary, decision } = input;
  const { verdict, exitCode } = decision;
  return html`<section class="hero ${verdict}" id="verdict" aria-labelledby="verdict-title">
<div class="verdict">
<p class="seal" aria-hidden="true">${MARKS[verdict]}</p>
<div>
<h1 id="verdict-title">${TITLES[verdict]}</h1>
<p class="lead">${lead(input)} <span class="dim">Exit code ${exitCode}.</span></p>
<ul class="load" aria-label="Load">${describeGroups(summary.scenario).map((group) => html`<li>${untrusted(group)}</li>`)}</ul>
${summary.scenario.description !== null && html`<p class="asked">${untrusted(summary.scenario.description)}</p>`}
</div>
</div>
${reasonList(input)}
${attribution(input)}
</section>`;
};

const TITLES = { passed: 'Passed', failed: 'Failed', inconclusive: 'Inconclusive' } as const;

/** Sentence about the end of a run that did not end as planned; else empty. */
const endText = ({ end, abortedBy }: Summary): string => {
  if (end === null) return ' The record is truncated: the end of the run is missing.';
  if (end.reason === 'interrupted') return ' The run was interrupted.';
  return abortedBy === null ? '' : ` A threshold ended the run at ${clock(abortedBy.at)}.`;
};

const lead = ({ decision, summary }: HtmlInput): string => {
  const crossed = decision.thresholds.filter(({ ok }) => ok === false).length;
  const all = plural(decision.thresholds.length, 'threshold');
  const ended = endText(summary);
  switch (decision.verdict) {
    case 'passed':
      return `All ${all} met.${ended}`;
    case 'failed':
      return `${formatNumber(crossed)} of ${all} crossed.${ended}`;
    case 'inconclusive':
      return `${decision.health.length > 0 ? 'Load generator impaired' : 'Data missing'}.${ended}`;
  }
};

/** The reasons in their order; of a crossed threshold by how much and when. */
const reasonList = (input: HtmlInput): Markup | null => {
  const { reasons, thresholds } = input.decision;
  const stated = new Set<ThresholdResult>();
  const stating = reasons.map((reason) => {
    if (reason.code !== 'threshold_crossed')
      return html`${untrusted(reasonText(reason, adviceContextOf(input.summary)))}`;
    stated.add(reason.result);
    return html`${crossedItem(reason.result, input)}${reason.mayBeCausedByGenerator && html` <span class="dim">(${MAY_BE_CAUSED_BY_GENERATOR})</span>`}`;
  });
  // The reasons do not list them where no participant joined.
  const others = thresholds.filter((result) => result.ok === false && !stated.has(result));
  const items = [
    ...outages(input),
    ...stating,
    ...others.map((result) => crossedItem(result, input)),
  ].slice(0, MAX_REASONS_IN_ALL);
  if (items.length === 0) return null;
  const rest = items.slice(MAX_REASONS);
  return html`<div class="reasons"><ul aria-label="Why">${items.slice(0, MAX_REASONS).map((item) => html`<li>${item}</li>`)}</ul>${
    rest.length > 0 &&
    html`<details><summary>and ${formatNumber(rest.length)} more</summary><ul>${rest.map((item) => html`<li>${item}</li>`)}</ul></details>`
  }</div>`;
};

/** An outage shows in no threshold on packets. */
const outages = ({ history }: HtmlInput): Markup[] => {
  const spans = history === null ? [] : outageSpans(history);
  return spans.length === 0
    ? []
    : [
        html`No media received <strong>${spansText(spans)}</strong>, although tracks were published.`,
      ];
};

const crossedItem = (result: ThresholdResult, { history }: HtmlInput): Markup => {
  const crossing = crossingOf(result, history);
  const worst =
    crossing?.worst == null || crossing.spans.length === 0
      ? null
      : html`, worst ${figureOf(result.threshold, crossing.worst.value)} at ${clock(crossing.worst.atMs)}`;
  const when =
    crossing === null || crossing.spans.length === 0
      ? null
      : html`<span class="when">${beyond(result)} ${spansText(crossing.spans)}${worst}</span>`;
  return html`<code>${name(result.metric)}</code> was <strong>${measuredOf(result)}</strong>, limit <span class="figure">${limitOf(result)}</span>${when !== null && html` ${when}`}`;
};

/** Did the deployment or the load generator cause it? */
const attribution = (input: HtmlInput): Markup => {
  const { summary, decision } = input;
  const { generator, deployment } = summary;
  const fit = decision.health.length === 0;
  const measured = generator.samples > 0;
  return html`<div class="whose">
<h2>Load generator health</h2>
<p>${conclusion(input)}</p>
<dl>
<div><dt>Load generator</dt><dd class="${!measured ? 'unsure' : fit ? 'good' : 'bad'}">${!measured ? 'no samples' : fit ? '✓ healthy' : '✗ impaired'}</dd>
<dd>${plural(generator.processes, 'process', 'processes')}${generator.processesDied > 0 && `, ${formatNumber(generator.processesDied)} died`}${
    generator.cpuCores !== null && html` · ${formatCores(generator.cpuCores.max)} at most`
  } · event loop p95 ${formatRoundMs(generator.eventLoopLag?.p95 ?? null)} · late sends ${formatRoundShare(generator.lateSends.share)}</dd></div>
<div><dt>Deployment</dt><dd>${
    deployment === null
      ? 'not reached'
      : html`${untrusted(serverText(deployment))}${deployment.embedded && ', started by swarm'}`
  }</dd>${deployment !== null && html`<dd>${name(deployment.url)}${deployment.nodes.length > 1 && ` · ${plural(deployment.nodes.length, 'node')}`}</dd>`}</div>
</dl>
</div>`;
};

const conclusion = ({ decision, summary }: HtmlInput): string => {
  if (decision.exitCode === EXIT_CODES.unreachable.code)
    return 'The deployment was unreachable or rejected all participants.';
  if (summary.end?.reason === 'server_died') return 'The server of the deployment died.';
  if (decision.health.length > 0 && decision.verdict === 'passed')
    return 'A lack of CPU can only have made the figures worse, and every threshold holds.';
  if (decision.health.length > 0) {
    return `The figures say little about the deployment (${plural(decision.health.length, 'finding')}).`;
  }
  if (summary.generator.samples === 0)
    return 'The record contains no samples; media was not measured.';
  switch (decision.verdict) {
    case 'passed':
      return 'The figures describe the deployment.';
    case 'failed':
      return 'The cause is the deployment or the network, not the load generator.';
    case 'inconclusive':
      return 'As far as the load generator ran, it did not cause the missing data.';
  }
};
