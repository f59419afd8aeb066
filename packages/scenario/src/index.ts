export { formatDataRate, MAX_DATA_BYTES, MIN_DATA_BYTES } from './data-traffic.ts';
export { joinRate } from './executors/fixed-rooms.ts';
export { describeExecutor, type ExecutorSpec, executorOf } from './executors/registry.ts';
export { checkThresholds, parseThresholds, thresholdMisses } from './language/check-thresholds.ts';
export { parseScenario, readScenario } from './language/parse-scenario.ts';
export { scenarioJsonSchema, thresholdsByMetric } from './language/schema/json-schema.ts';
export { formatScenario } from './language/write/format-scenario.ts';
export { formatLayout, tileSize } from './layout.ts';
export { LIMITS } from './limits.ts';
export {
  FLAGS_GROUP,
  FLAGS_SCENARIO,
  flagName,
  LOAD_FLAGS,
  type LoadFlags,
  scenarioOfFlags,
} from './load-flags.ts';
export {
  networkPreset,
  PERFECT_LINK,
} from './network/network-presets.ts';
export { expandPlan } from './plan/expand.ts';
export { identityPrefix } from './plan/identities.ts';
export { layersOf, receivedRate } from './plan/media-rates.ts';
export { type Level, maxParticipants, type PlanLoad, planLoad } from './plan/plan-load.ts';
export { type Shard, splitPlan } from './plan/shards.ts';
export type { ParticipantPlan, Plan, Role } from './plan.ts';
export { randomStream } from './random.ts';
export {
  type DataTraffic,
  DEFAULT_ROLE,
  type Kind,
  type Layout,
  type LinkImpairment,
  type NetworkImpairment,
  type Resolution,
  type RoleGrants,
  type RoleSpec,
  type TrackPlan,
  type TrackSourceName,
  type VideoCodec,
} from './role-spec.ts';
export {
  type GroupSpec,
  type NamedWindow,
  recordedScenario,
  type Scenario,
  scenarioOfRecord,
  scenarioSchema,
} from './scenario.ts';
export {
  type ReadScenarioFile,
  readScenarioFile,
  readScenarioFiles,
  sameNames,
} from './scenario-file.ts';
