import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderSloJson } from './json.ts';
import { renderSloJunit } from './junit.ts';
import { sloPage } from './page.ts';
import type { SloReport } from './slo-report.ts';
import { renderSloText } from './text.ts';

export type { Exclusion, MonthReport, SloReport, SloResult } from './slo-report.ts';

/** Every reporter of `swarm slo report` by its name. */
export const SLO_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'slo.txt', render: renderSloText },
  json: { about: 'one object, for machines', fileName: 'slo.json', render: renderSloJson },
  junit: {
    about: 'JUnit XML: one test case for each objective of a deployment',
    fileName: 'slo-junit.xml',
    render: renderSloJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'slo.md',
    render: (report) => renderPageMarkdown(sloPage(report)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'slo.html',
    render: (report) => renderPage(sloPage(report)),
  },
} as const satisfies Record<Format<'slo'>, Reporter<SloReport>>;
