export { ALERT_GROUPS, ALERTS } from './alerts/index.ts';
export { dashboards } from './dashboards/index.ts';
export { KNOWN, type KnownSeries } from './known/index.ts';
export { type AskedQuery, queries, withoutVariables } from './queries.ts';
export { RECORDINGS } from './recordings.ts';
export { renderConfigMap, renderDashboard } from './render-dashboards.ts';
export { renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';
export { type Alert, DASHBOARDS, type Proof, type Recording, runbookName } from './rule.ts';
export { JOBS, LIMITS } from './settings.ts';
