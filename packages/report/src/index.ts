export { renderChecklist } from './checklist.ts';
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
export { type FailedCase, junitDocument, type TestCase, type TestSuite } from './junit/document.ts';
export {
  crossedText,
  healthAdvice,
  healthText,
  type LoadOrigin,
  limitOf,
  measuredOf,
  measuredText,
} from './phrases/limits.ts';
export { eventText, noteText } from './phrases/run-event.ts';
export { reasonText, reasonTexts } from './phrases/verdict-reason.ts';
export type {
  Rendered,
  Reporter,
  ReportOptions,
} from './reporter.ts';
export {
  piecesOf,
  wholeOf,
} from './reporter.ts';
export {
  mostSevere,
  overallExitCode,
  overallVerdict,
} from './run/aggregate.ts';
export {
  REPORTERS,
  type ReporterName,
} from './run/index.ts';
export { noResultObject, renderJson, resultObject, resultsObject } from './run/json.ts';
export { renderMarkdown } from './run/markdown.ts';
export {
  NOTIFICATION_SCHEMA,
  type Notification,
  notificationOf,
} from './run/notification.ts';
export {
  COMPARISON_SCHEMA,
  exitCodeOf,
  isRun,
  type NoRun,
  nameOf,
  type Outcome,
  RESULT_SCHEMA,
  RESULTS_SCHEMA,
  type ReportInput,
  verdictOf,
} from './run/report-input.ts';
export { renderCompact } from './run/text/compact.ts';
export { renderOverview, renderText } from './run/text/text.ts';
export { resultJsonSchema } from './schema/result-schema.ts';
export {
  MARKS,
  paintOf,
  printable,
  renderTable,
  type Style,
  styleFor,
  wrap,
} from './text-layout.ts';
