import { formatStart } from '../format.ts';
import { documentOf } from '../html/document.ts';
import { html, type Markup, name, untrusted } from '../html/markup.ts';
import { scrollingTable } from '../html/table.ts';
import { MARKS } from '../text-layout.ts';
import type { PageSection, ResultPage } from './result-page.ts';

/** Charts of a page, and the style sheet that they need. */
export interface PageCharts {
  markup: Markup | null;
  sheet: string;
}

/** A self-contained page: verdict and reasons, charts, tables. */
export const renderPage = (page: ResultPage, charts: PageCharts | null = null): string => {
  const { kind, subject, tone, headline, lead, asked, reasons, sections, startedAt } = page;
  const body = html`<a class="skip" href="#result">To the result</a>
<header class="masthead"><p class="brand">${tone !== null && html`<span class="pill ${tone}" aria-hidden="true">${MARKS[tone]}</span> `}<b>${name(subject)}</b> <span class="dim">${kind}${startedAt !== null && `, ${formatStart(startedAt)}`}</span></p>
<button type="button" id="theme" hidden>Theme</button></header>
<main>
<section class="hero ${tone ?? ''}" id="result" aria-labelledby="result-title">
<div class="verdict">${tone !== null && html`<p class="seal" aria-hidden="true">${MARKS[tone]}</p>`}
<div><h1 id="result-title">${untrusted(headline)}</h1>
<p class="lead">${untrusted(lead)}</p>
${asked !== null && html`<p class="asked">${untrusted(asked)}</p>`}</div></div>
${reasons.length > 0 && html`<div class="reasons"><ul aria-label="Why">${reasons.map((reason) => html`<li>${untrusted(reason)}</li>`)}</ul></div>`}
</section>
${charts?.markup}
${sections.map(sectionOf)}
</main>
<footer><p>livekit-swarm · ${kind} of ${name(subject)}${startedAt !== null && html` · started <time datetime="${startedAt}">${startedAt}</time>`}</p></footer>`;
  return documentOf({
    title: `${tone === null ? '' : `${MARKS[tone]} `}${untrusted(subject)}: ${kind}`,
    body,
    data: null,
    sheet: charts?.sheet ?? '',
  });
};

const sectionOf = ({ title, table, note }: PageSection): Markup | null => {
  const markup = scrollingTable(table, untrusted(title));
  if (markup === null) return null;
  return html`<section class="card"><h2>${untrusted(title)}</h2>${markup}${note !== undefined && html`<p class="note">${untrusted(note)}</p>`}</section>`;
};
