export {
  mostSevere,
  overallExitCode,
  overallVerdict,
} from './aggregate.ts';
export { describeScenario } from './describe-scenario.ts';
export {
  formatBits,
  formatBytes,
  formatCount,
  formatFigure,
  formatMs,
  formatShare,
  formatTime,
  shorten,
} from './format.ts';
export { noResultObject, renderJson, resultObject, resultsObject } from './json.ts';
export { type FailedCase, junitDocument, type TestCase, type TestSuite } from './junit/document.ts';
export { renderMarkdown } from './markdown/markdown.ts';
export { renderOverview } from './overview.ts';
export { healthAdvice, healthText, type LoadOrigin } from './phrases/health.ts';
export { eventText, noteText } from './phrases/run-event.ts';
export { crossedText, limitOf, measuredOf, measuredText } from './phrases/threshold.ts';
export { originOf, reasonText, reasonTexts } from './phrases/verdict-reason.ts';
export { printable } from './printable.ts';
export {
  piecesOf,
  wholeOf,
} from './rendered.ts';
export {
  exitCodeOf,
  isRun,
  type NoRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from './report-input.ts';
export type {
  Rendered,
  Reporter,
  ReportOptions,
} from './reporter.ts';
export {
  REPORTERS,
  type ReporterName,
} from './reporters.ts';
export {
  COMPARISON_SCHEMA,
  RESULT_SCHEMA,
  RESULTS_SCHEMA,
} from './result-names.ts';
export { resultJsonSchema } from './schema/json-schema.ts';
export { MARKS, paintOf, type Style, styleFor } from './style.ts';
export { renderTable } from './table.ts';
export { renderText } from './text/text.ts';
export { wrap } from './wrap.ts';
