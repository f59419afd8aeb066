export { drillResultJsonSchema } from './document-schema.ts';
export { writeDrillFile } from './drill-file.ts';
export { exitCodeOfDrill } from './exit-code.ts';
export { formatParams } from './format-params.ts';
export { renderDrillHtml } from './html/render-html.ts';
export { describeDrillEvent, describeReason } from './phrases.ts';
export { renderPlan } from './plan-text.ts';
export {
  type DrillOutcome,
  drillDocument,
  isDrillResult,
  type NoDrill,
  renderDrillJson,
} from './render-json.ts';
export { drillSuite, renderDrillJunit } from './render-junit.ts';
export { type DrillReportOptions, renderDrillText } from './render-text.ts';
