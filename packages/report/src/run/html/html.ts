import { createHistory, createParticipantHistories } from '@livekit-swarm/analysis';
import { formatDuration } from '@livekit-swarm/settings';
import { formatStart } from '../../format.ts';
import { seriesQueriesOf } from '../../html/charts/catalog.ts';
import { groupsOf, layoutOf } from '../../html/charts/read-charts.ts';
import { documentOf } from '../../html/document.ts';
import { html, json, type Markup, name, untrusted } from '../../html/markup.ts';
import { flameGraphs } from '../../profile/flame-graph.ts';
import type { Reporter } from '../../reporter.ts';
import { MARKS } from '../../text-layout.ts';
import {
  type HtmlInput,
  isRun,
  type NoRun,
  type Outcome,
  type ReportInput,
} from '../report-input.ts';
import { chartSection, pageDataOf, stepNote } from './sections/charts.ts';
import { detailSection } from './sections/details.ts';
import { distributionSection } from './sections/distributions.ts';
import { glanceSection } from './sections/glance.ts';
import { heroSection } from './sections/hero.ts';
import { originSection } from './sections/origin.ts';
import { participantsSection } from './sections/participants.ts';
import { thresholdSection } from './sections/thresholds.ts';
import { tileSection } from './sections/tiles.ts';

/**
 * Most participants and rooms that the page lists: all of most runs, and a bounded size for the
 * others.
 */
const MAX_LISTED = { participants: 1_000, rooms: 200 };

/** Reads the record again, and renders a page from it. */
async function* renderRun({
  summary,
  decision,
  recordPath,
  readLines,
}: ReportInput): AsyncGenerator<string> {
  if (readLines === null) {
    yield renderHtml({ summary, decision, recordPath, history: null, participants: null });
    return;
  }
  const history = createHistory(seriesQueriesOf(decision));
  const participants = createParticipantHistories(MAX_LISTED);
  for await (const line of readLines()) {
    history.add(line);
    participants.add(line);
  }
  yield renderHtml({
    summary,
    decision,
    recordPath,
    history: history.interim(),
    participants: participants.result(),
  });
}

/** Page without a run: the error, and what to do next. */
const renderNoRun = ({ scenario, verdict, exitCode, message, hint }: NoRun): string =>
  documentOf({
    title: `${MARKS[verdict]} ${scenario}: ${verdict}`,
    body: html`<main><section class="hero ${verdict}" id="verdict" aria-labelledby="verdict-title"><div class="verdict"><p class="seal" aria-hidden="true">${MARKS[verdict]}</p><div><h1 id="verdict-title">${scenario}: no run</h1><p class="lead">${message}</p>${hint !== null && html`<p class="asked">${hint}</p>`}<p class="dim">Exit code ${exitCode}.</p></div></div></section></main>`,
    data: null,
  });

export const htmlReporter: Reporter<readonly Outcome[]> = {
  about: 'one self-contained page with charts',
  fileName: 'report.html',
  several: false,
  render: ([outcome]) =>
    outcome === undefined ? null : isRun(outcome) ? renderRun(outcome) : renderNoRun(outcome),
};

/** The whole page of one run. Pure: the same input gives the same page. */
export const renderHtml = (input: HtmlInput): string => {
  const { summary, decision, history } = input;
  const layout = history === null ? [] : layoutOf(history).filter(({ lines }) => lines.length > 0);
  const participants = participantsSection(input);
  const distributions = distributionSection(input);
  const profile = flameGraphs(summary.server.profiles);
  const charts = chartSection(groupsOf(layout), stepNote(history?.stepMs ?? 1_000));
  const parts: [id: string, title: string, there: boolean][] = [
    ['verdict', 'Verdict', true],
    ['thresholds', 'Thresholds', true],
    ['time', 'Over time', charts !== null],
    ['cpu', 'CPU time', profile !== null],
    ['distributions', 'Distributions', distributions !== null],
    ['participants', 'Participants', participants !== null],
    ['figures', 'Figures', true],
    ['origin', 'Scenario', true],
  ];
  const body = html`<a class="skip" href="#verdict">Skip to the verdict</a>
${masthead(input, parts)}
<main class="run">
${heroSection(input)}
${tileSection(input)}
${glanceSection(input)}
${thresholdSection(input)}
${charts}
${profile}
${distributions}
${participants}
${detailSection(input)}
${originSection(input)}
</main>
<footer><p>livekit-swarm ${summary.environment.swarm ?? ''} · run ${summary.run} · started <time datetime="${summary.startedAt}">${summary.startedAt}</time></p></footer>`;
  return documentOf({
    title: `${MARKS[decision.verdict]} ${untrusted(summary.scenario.name)}: ${decision.verdict}`,
    body,
    data:
      history === null
        ? json({ step: 1, points: 0, bands: [], marks: [], charts: [] })
        : json(pageDataOf(input, history, layout)),
  });
};

const masthead = (
  { summary, decision }: HtmlInput,
  parts: [id: string, title: string, there: boolean][],
): Markup =>
  html`<header class="masthead"><p class="brand"><span class="pill ${decision.verdict}" aria-hidden="true">${MARKS[decision.verdict]}</span> <b>${name(summary.scenario.name)}</b> <span class="dim">${formatStart(summary.startedAt)}, ${formatDuration(summary.plan.endAtMs)}</span></p>
<nav aria-label="Parts of the report"><ul>${parts.filter(([, , there]) => there).map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<button type="button" id="theme" hidden>Theme</button></header>`;
