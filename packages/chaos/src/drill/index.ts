export type * from './drill.ts';
export { drillSchema, failing, objective } from './drill-schema.ts';
export { type DrillTimes, drillTimes } from './drill-times.ts';
export { newcomersOf } from './join-probes.ts';
export { drillJsonSchema } from './json-schema.ts';
export { type ParseDrillOptions, parseDrill } from './parse-drill.ts';
export { CROWD_ROLE, NEWCOMER_ROLE } from './roles.ts';
export {
  CROWD_GROUP,
  DRILL_WINDOWS,
  type DrillWindow,
  ROOM_PREFIX,
  scenarioOfDrill,
} from './scenario-of-drill.ts';
export type { Faults } from './schema/fault.ts';
