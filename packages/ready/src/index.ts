export type { AlertFacts, ReadAlerts } from './checks/alerts.ts';
export type { EventPrice } from './checks/price.ts';
export type { EventLoad } from './event.ts';
export {
  type Answer,
  assessReadiness,
  EVENT_CHECK_IDS,
  type Readiness,
  type ReadyRequest,
} from './readiness.ts';
