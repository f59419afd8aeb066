export type * from './drill.ts';
export { drillSchema, objectiveCode, objectiveName } from './drill.ts';
export { type DrillTimes, drillTimes } from './drill-times.ts';
export { joinProbesOf } from './join-probes.ts';
export { drillJsonSchema } from './json-schema.ts';
export { type ParseDrillOptions, parseDrill } from './parse-drill.ts';
export {
  DRILL_WINDOWS,
  type DrillWindow,
  JOIN_PROBE_ROLE,
  LOAD_GROUP,
  LOAD_ROLE,
  ROOM_PREFIX,
  scenarioOfDrill,
} from './scenario-of-drill.ts';
export type { Faults } from './schema/fault.ts';
