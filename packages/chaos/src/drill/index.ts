export {
  type AlertRule,
  impossibleAlerts,
  impossibleAlertText,
  parseAlertRules,
} from './alert-rules.ts';
export {
  type Drill,
  type DrillFault,
  type DrillLoad,
  drillSchema,
  type KnownFailures,
  objectiveCode,
  pathsOfLoad,
} from './drill.ts';
export { parseDrill, type ReplacingLoad } from './parse-drill.ts';
export { planOfDrill } from './scenario-of-drill.ts';
export { drillTimes } from './schedule.ts';
export { drillJsonSchema } from './schema/file.ts';
