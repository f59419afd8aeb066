import { formatStart } from '../format.ts';
import { documentOf } from '../html/document.ts';
import { html, type Markup, name, untrusted } from '../html/markup.ts';
import { scrollingTable } from '../html/table.ts';
import { MARKS } from '../text-layout.ts';
import type { PageSection, ResultPage } from './result-page.ts';

/** Parts of a page between verdict and tables, and what they need. */
export interface PageParts {
  parts: readonly (Markup | null)[];
  sheet: string;
  /** JSON for the script that draws charts over time; null: there are none. */
  data: Markup | null;
}

/** A self-contained page: verdict and reasons, charts, tables. */
export const renderPage = (page: ResultPage, own: PageParts | null = null): string => {
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
${own?.parts}
${sections.map(sectionOf)}
</main>
<footer><p>livekit-swarm · ${kind} of ${name(subject)}${startedAt !== null && html` · started <time datetime="${startedAt}">${startedAt}</time>`}</p></footer>`;
  return documentOf({
    title: `${tone === null ? '' : `${MARKS[tone]} `}${untrusted(subject)}: ${kind}`,
    body,
    data: own?.data ?? null,
    sheet: own?.sheet ?? '',
  });
};

const sectionOf = ({ title, table, note }: PageSection): Markup | null => {
  const markup = scrollingTable(table, untrusted(title));
  if (markup === null) return null;
  return html`<section class="card"><h2>${untrusted(title)}</h2>${markup}${note !== undefined && html`<p class="note">${untrusted(note)}</p>`}</section>`;
};
