export { ALERTS, alertGroups } from './alerts/index.ts';
export { dashboards } from './dashboards/index.ts';
export { KNOWN, type KnownSeries } from './known/index.ts';
export { renderConfigMap, renderDashboard } from './outputs.ts';
export { type QueryUse, queries, withoutVariables } from './queries.ts';
export { RECORDINGS } from './recordings.ts';
export { renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';
export { type Alert, DASHBOARDS, type Recording, type RuleTest, runbookName } from './rule.ts';
export { JOBS, LIMITS } from './settings.ts';
