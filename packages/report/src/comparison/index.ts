import type { ReportOptions } from '../reporter.ts';
import type { ComparisonInput } from './comparison-input.ts';
import { renderComparisonJson } from './json.ts';
import { renderComparisonJunit } from './junit.ts';
import { renderComparisonMarkdown } from './markdown.ts';
import { renderComparisonText } from './text.ts';

export { describeConclusion, exclusionText } from '../phrases/comparison.ts';
export { COMPARISON_SCHEMA } from '../report-input.ts';
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

/** One way to show a comparison. */
export interface ComparisonReporter {
  readonly about: string;
  /** The name of its file when none is given. */
  readonly fileName: string;
  render(input: ComparisonInput, options?: ReportOptions): string;
}

/** Every reporter of comparisons by its name; one file each. */
export const COMPARISON_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'comparison.txt', render: renderComparisonText },
  json: {
    about: 'one object, for machines',
    fileName: 'comparison.json',
    render: renderComparisonJson,
  },
  markdown: {
    about: 'for a comment on a pull request',
    fileName: 'comparison.md',
    render: renderComparisonMarkdown,
  },
  junit: {
    about: 'JUnit XML: one test case per figure',
    fileName: 'comparison-junit.xml',
    render: renderComparisonJunit,
  },
} as const satisfies Record<string, ComparisonReporter>;

export type ComparisonReporterName = keyof typeof COMPARISON_REPORTERS;
