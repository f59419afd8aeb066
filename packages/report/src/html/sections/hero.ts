import { crossedSentence, type Summary, type ThresholdResult } from '@livekit-swarm/analysis';
import { metricDefinition } from '@livekit-swarm/metrics';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { describeScenario } from '../../describe-scenario.ts';
import { limitOf, measuredOf } from '../../figures.ts';
import { formatFigure, formatMs, formatNumber, formatShare, plural } from '../../format.ts';
import { MARKS } from '../../style.ts';
import { clock } from '../clock.ts';
import { beyond, crossingOf, spansText } from '../crossings.ts';
import type { HtmlInput } from '../html-input.ts';
import { html, type Markup, name, said } from '../markup.ts';
import { silentSpans } from '../silence.ts';

const MOST_REASONS = 5;
/** Folded away. */
const MOST_REASONS_IN_ALL = 50;

/** The answer: did it pass, why not, when did it go wrong, and was it the deployment or the tester. */
export const heroSection = (input: HtmlInput): Markup => {
  const { summary, judgement } = input;
  const { verdict, exitCode } = judgement;
  return html`<section class="hero ${verdict}" id="verdict" aria-labelledby="verdict-title">
<div class="verdict">
<p class="seal" aria-hidden="true">${MARKS[verdict]}</p>
<div>
<h1 id="verdict-title">${TITLES[verdict]}</h1>
<p class="lead">${lead(input)} <span class="dim">Exit code ${exitCode}.</span></p>
<p class="asked">${said(describeScenario(summary.scenario))}</p>
${summary.scenario.description !== null && html`<p class="asked">${said(summary.scenario.description)}</p>`}
</div>
</div>
${reasonList(input)}
${whose(input)}
</section>`;
};

const TITLES = { passed: 'Passed', failed: 'Failed', inconclusive: 'Inconclusive' } as const;

/** An end that is not that of the plan is to be known before anything is read. */
const endedSentence = ({ end, endedBy }: Summary): string => {
  if (end === null) return ' The record breaks off before the end of the run.';
  if (end.reason === 'interrupted') return ' The run was interrupted.';
  return endedBy === null ? '' : ` A threshold ended the run at ${clock(endedBy.at)}.`;
};

const lead = ({ judgement, summary }: HtmlInput): string => {
  const crossed = judgement.thresholds.filter(({ ok }) => ok === false).length;
  const all = plural(judgement.thresholds.length, 'threshold');
  const ended = endedSentence(summary);
  switch (judgement.verdict) {
    case 'passed':
      return `All ${all} held.${ended}`;
    case 'failed':
      return (
        (crossed > 0
          ? `${formatNumber(crossed)} of ${all} ${crossed === 1 ? 'was' : 'were'} crossed.`
          : 'The run cannot be called a success.') + ended
      );
    case 'inconclusive':
      return `Neither passed nor failed: ${judgement.health.length > 0 ? 'the tester disturbed its own measurement' : 'what was to be judged was not measured'}.${ended}`;
  }
};

/** Why the verdict is what it is, in the order of its reasons; of what was crossed by how much, and when. */
const reasonList = (input: HtmlInput): Markup | null => {
  const { reasons, thresholds } = input.judgement;
  const crossed = new Set(thresholds.filter(({ ok }) => ok === false));
  const told = reasons.map((reason) => {
    const about = [...crossed].find((result) =>
      reason.startsWith(crossedSentence(result).slice(0, -1)),
    );
    if (about === undefined) return html`${said(reason)}`;
    crossed.delete(about);
    return html`${crossedItem(about, input)}${reason !== crossedSentence(about) && html` <span class="dim">That may be our own doing.</span>`}`;
  });
  // Where nobody got in the verdict has no need of them.
  const items = [
    ...silence(input),
    ...told,
    ...[...crossed].map((result) => crossedItem(result, input)),
  ].slice(0, MOST_REASONS_IN_ALL);
  if (items.length === 0) return null;
  const rest = items.slice(MOST_REASONS);
  return html`<div class="reasons"><ul aria-label="Why">${items.slice(0, MOST_REASONS).map((item) => html`<li>${item}</li>`)}</ul>${
    rest.length > 0 &&
    html`<details><summary>and ${formatNumber(rest.length)} more</summary><ul>${rest.map((item) => html`<li>${item}</li>`)}</ul></details>`
  }</div>`;
};

/** What no threshold tells by itself. */
const silence = ({ history }: HtmlInput): Markup[] => {
  const spans = history === null ? [] : silentSpans(history);
  return spans.length === 0
    ? []
    : [
        html`Nothing was received <strong>${spansText(spans)}</strong>, although people were sending.`,
      ];
};

const crossedItem = (result: ThresholdResult, { history }: HtmlInput): Markup => {
  const crossing = crossingOf(result, history);
  const { metric, aggregation } = result.threshold;
  const definition = metricDefinition(metric);
  const worst =
    crossing?.worst == null || crossing.spans.length === 0
      ? null
      : html`, worst ${formatFigure(crossing.worst.value, definition, aggregation.type === 'p' ? 'p' : aggregation.type)} at ${clock(crossing.worst.atMs)}`;
  const when =
    crossing === null || crossing.spans.length === 0
      ? null
      : html`<span class="when">${beyond(result)} ${spansText(crossing.spans)}${worst}</span>`;
  return html`<code>${name(result.metric)}</code> was <strong>${measuredOf(result)}</strong>, allowed is <span class="figure">${limitOf(result)}</span>${when !== null && html` ${when}`}`;
};

/** The deployment or the tester? */
const whose = (input: HtmlInput): Markup => {
  const { summary, judgement } = input;
  const { generator, deployment } = summary;
  const fit = judgement.health.length === 0;
  const measured = generator.samples > 0;
  return html`<div class="whose">
<h2>The deployment, or the tester?</h2>
<p>${conclusion(input)}</p>
<dl>
<div><dt>Tester</dt><dd class="${!measured ? 'unsure' : fit ? 'good' : 'bad'}">${!measured ? 'no samples' : fit ? '✓ fit to measure' : '✗ not fit to measure'}</dd>
<dd>${plural(generator.workers, 'worker')}${generator.workersDied > 0 && `, ${formatNumber(generator.workersDied)} died`}${
    generator.cpuCores !== null && html` · ${formatNumber(generator.cpuCores.max)} cores at most`
  } · event loop p95 ${formatMs(generator.eventLoopLag?.p95 ?? null)} · late sends ${formatShare(generator.lateSends.share)}</dd></div>
<div><dt>Deployment</dt><dd>${
    deployment === null
      ? 'not reached'
      : html`livekit-server ${deployment.serverVersion ?? '(version unknown)'}${deployment.embedded && ', started by swarm'}`
  }</dd>${deployment !== null && html`<dd>${name(deployment.url)}${deployment.nodes.length > 1 && ` · ${plural(deployment.nodes.length, 'node')}`}</dd>`}</div>
</dl>
</div>`;
};

const conclusion = ({ judgement, summary }: HtmlInput): string => {
  if (judgement.exitCode === EXIT_CODES.unreachable.code)
    return 'The deployment: it was not there for us, or let nobody in.';
  if (summary.end?.reason === 'server_died') return 'The deployment: its server died.';
  if (judgement.health.length > 0) {
    const ways =
      judgement.health.length === 1
        ? 'in one way'
        : `in ${formatNumber(judgement.health.length)} ways`;
    return `The tester: it disturbed its own measurement ${ways}, so these figures say little about the deployment.`;
  }
  if (summary.generator.samples === 0)
    return 'Nothing is known about the media: there are no samples.';
  switch (judgement.verdict) {
    case 'passed':
      return 'The tester kept up, so these figures are those of the deployment.';
    case 'failed':
      return 'The tester kept up: the trouble lies in the deployment, or in the network towards it.';
    case 'inconclusive':
      return 'The tester kept up, as far as it ran: what is missing is not its doing.';
  }
};
