import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter, ReportOptions } from '../reporter.ts';
import { renderAnswer } from '../verify/answer.ts';
import { renderChecksJunit } from '../verify/junit.ts';
import { regionsPage } from './page.ts';
import { questionText } from './phrases.ts';
import type { RegionsResult } from './regions-result.ts';

export type { RegionsResult } from './regions-result.ts';

/** Every reporter of `swarm regions` by its name. */
export const REGIONS_REPORTERS = {
  text: {
    about: 'for a terminal',
    fileName: 'regions.txt',
    render: (result, options?: ReportOptions) =>
      renderAnswer(questionText(result), result, options),
  },
  json: {
    about: 'one object, for machines',
    fileName: 'regions.json',
    render: (result) => jsonText({ schema: 'livekit-swarm/regions/1', ...result }),
  },
  junit: {
    about: 'JUnit XML: one test case for each check',
    fileName: 'regions-junit.xml',
    render: (result) => renderChecksJunit('regions', { url: result.file, checks: result.checks }),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'regions.md',
    render: (result) => renderPageMarkdown(regionsPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'regions.html',
    render: (result) => renderPage(regionsPage(result)),
  },
} as const satisfies Record<Format<'regions'>, Reporter<RegionsResult>>;
