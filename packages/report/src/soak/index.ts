import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderSoakComparisonText, type SoakComparison } from './comparison.ts';
import { renderSoakComparisonJunit, renderSoakJunit } from './junit.ts';
import { soakComparisonPage, soakPage } from './page.ts';
import type { SoakReport } from './soak-report.ts';
import { renderSoakText } from './text.ts';

export { compareSoaks, type SoakComparison } from './comparison.ts';
export type { SoakReport } from './soak-report.ts';
export { soakReasonText } from './text.ts';

/** Every reporter of a soak by its name. */
export const SOAK_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'soak.txt', render: renderSoakText },
  json: {
    about: 'one object, for machines',
    fileName: 'soak.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: one test case for the verdict and for each resource',
    fileName: 'soak-junit.xml',
    render: renderSoakJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'soak.md',
    render: (report) => renderPageMarkdown(soakPage(report)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'soak.html',
    render: (report) => renderPage(soakPage(report)),
  },
} as const satisfies Record<Format<'soak'>, Reporter<SoakReport>>;

/** Every reporter of several soaks by its name: the names are those of a single soak. */
export const SOAK_COMPARISON_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'soaks.txt', render: renderSoakComparisonText },
  json: {
    about: 'one object, for machines',
    fileName: 'soaks.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: a suite for each server',
    fileName: 'soaks-junit.xml',
    render: renderSoakComparisonJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'soaks.md',
    render: (comparison) => renderPageMarkdown(soakComparisonPage(comparison)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'soaks.html',
    render: (comparison) => renderPage(soakComparisonPage(comparison)),
  },
} as const satisfies Record<Format<'soak'>, Reporter<SoakComparison>>;
