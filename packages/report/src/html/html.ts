import { createHistory, createParticipantHistories } from '@livekit-swarm/analysis';
import { isRun, type NoRun, type ReportInput } from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS } from '../style.ts';
import { documentOf } from './document.ts';
import { html } from './markup.ts';
import { renderHtml } from './render-html.ts';
import { seriesQueriesOf } from './series-queries.ts';

/** What the page lists: enough for most runs, and a bounded size for the others. */
const MAX_LISTED = { participants: 1_000, rooms: 200 };

/** Reads the record once more, and makes a page of it. */
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

/** There is little to look at; what there is, is what to do next. */
const renderNoRun = ({ scenario, verdict, exitCode, message, hint }: NoRun): string =>
  documentOf({
    title: `${MARKS[verdict]} ${scenario}: ${verdict}`,
    body: html`<main><section class="hero ${verdict}" id="verdict" aria-labelledby="verdict-title"><div class="verdict"><p class="seal" aria-hidden="true">${MARKS[verdict]}</p><div><h1 id="verdict-title">${scenario}: there was no run</h1><p class="lead">${message}</p>${hint !== null && html`<p class="asked">${hint}</p>`}<p class="dim">Exit code ${exitCode}.</p></div></div></section></main>`,
    data: null,
  });

export const htmlReporter: Reporter = {
  about: 'one page with charts, to look at and to pass on',
  fileName: 'report.html',
  several: false,
  render: ([outcome]) =>
    outcome === undefined ? null : isRun(outcome) ? renderRun(outcome) : renderNoRun(outcome),
};
