export type { Answer } from './answer.ts';
export type { AlertFacts, ReadAlerts } from './checks/alerts.ts';
export type { EventPrice } from './checks/price.ts';
export type { EventLoad } from './event.ts';
export {
  assessReadiness,
  EVENT_CHECK_IDS,
  type Readiness,
  type ReadyRequest,
} from './readiness.ts';
export { judgeRegions, REGION_QUESTIONS, type RegionJudgement } from './regions/judge-regions.ts';
export type * from './regions/region-facts.ts';
export { parseRegionFile, type RegionPlan, regionFileJsonSchema } from './regions/region-file.ts';
