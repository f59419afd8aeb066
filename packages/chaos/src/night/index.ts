export { type Expectations, parseExpectations } from './expectations.ts';
export { appendNightLine, type NightHistory, readNightHistory } from './history.ts';
export { judgeDrill, type KnownOutcomes, pastOutcomes } from './judge-drill.ts';
export { NIGHT_LINE_SCHEMA, type NightFinding, type NightLine } from './night-line.ts';
export { isMeasured, type NightOutcome, nightOutcomeOf } from './night-outcome.ts';
export {
  type LeftOutDrill,
  type LeftOutReason,
  NIGHT_RESULT_SCHEMA,
  type NightResult,
  type PastOutcomes,
} from './night-result.ts';
export { shuffleDrills } from './order.ts';
export { type PublishedResult, publishedResult } from './published-result.ts';
