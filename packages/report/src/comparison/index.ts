import type { Format } from '../formats.ts';
import type { Reporter } from '../reporter.ts';
import type { ComparisonInput } from './comparison-input.ts';
import { renderComparisonHtml } from './html/render-html.ts';
import { renderComparisonJson } from './json.ts';
import { renderComparisonJunit } from './junit.ts';
import { renderComparisonMarkdown } from './markdown.ts';
import { renderComparisonText } from './text.ts';

export { describeConclusion, detectionText, exclusionText } from '../phrases/comparison.ts';
export { COMPARISON_SCHEMA } from '../run/report-input.ts';
export {
  type ComparisonInput,
  exitCodeOfComparisons,
  type SessionNote,
  verdictOfComparisons,
} from './comparison-input.ts';
export {
  type ComparisonOutput,
  type ComparisonResult,
  comparisonJsonSchema,
} from './comparison-schema.ts';
export { comparisonObject } from './json.ts';

/** Every reporter of comparisons by its name; one file each. */
export const COMPARISON_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'comparison.txt', render: renderComparisonText },
  json: {
    about: 'one object, for machines',
    fileName: 'comparison.json',
    render: renderComparisonJson,
  },
  junit: {
    about: 'JUnit XML: one test case per figure',
    fileName: 'comparison-junit.xml',
    render: renderComparisonJunit,
  },
  markdown: {
    about: 'for a comment on a pull request',
    fileName: 'comparison.md',
    render: renderComparisonMarkdown,
  },
  html: {
    about: 'one self-contained page, both sides over time',
    fileName: 'comparison.html',
    render: renderComparisonHtml,
  },
} as const satisfies Record<Format<'comparison'>, Reporter<ComparisonInput>>;
