export { ALERT_GROUPS, ALERTS } from './alerts/index.ts';
export { RECORDINGS } from './recordings.ts';
export { renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';
export { type Alert, DASHBOARDS, type Proof, type Recording, runbookName } from './rule.ts';
export { JOBS, LIMITS } from './settings.ts';
