export { drillResultJsonSchema } from './document-schema.ts';
export { formatParams } from './format-params.ts';
export { renderDrillHtml } from './html/render-html.ts';
export { describeDrillEvent, describeReason } from './phrases.ts';
export { renderPlan } from './plan-text.ts';
export {
  type DrillOutcome,
  drillDocument,
  exitCodeOfDrill,
  isDrillResult,
  type NoDrill,
  renderDrillJson,
  writeDrillFile,
} from './render-json.ts';
export { renderDrillJunit } from './render-junit.ts';
export { renderDrillText } from './render-text.ts';
export { DRILL_REPORTERS } from './reporters.ts';
