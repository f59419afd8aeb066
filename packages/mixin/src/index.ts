export { alertGroups, allAlerts } from './alerts/index.ts';
export { EXAMPLE_CAPACITY, type NodeCapacity, readCapacity } from './capacity.ts';
export { type Names, namesOf } from './config/names.ts';
export {
  type ConfigFile,
  type ReadConfig,
  readConfig,
  variantConfig,
} from './config/read-config.ts';
export { configSchema, type MixinConfig, VARIANTS, type Variant } from './config/schema.ts';
export { dashboards } from './dashboards/index.ts';
export { KNOWN, type KnownSeries } from './known/index.ts';
export { outputs } from './outputs.ts';
export {
  panelsOf,
  type QueryUse,
  queries,
  queriesOfDashboard,
  withoutVariables,
} from './queries.ts';
export { renderPrometheusRule, renderRules } from './render-rules.ts';
export { type Alert, DASHBOARDS, type DashboardUid, runbookName } from './rule.ts';
export { ALERTS, SHIPPED } from './shipped.ts';
export { SLO_WINDOW_MS, SLOS, type Slo } from './slo.ts';
export { writeFiles } from './write-files.ts';
