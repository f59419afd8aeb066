export { type CostEstimate, type CostQuestion, estimateCost, type Saving } from './estimate.ts';
export type { BreakEven } from './model/break-even.ts';
export { type CloudCost, cloudCosts } from './model/cloud.ts';
export { type MachineHour, machineHour } from './model/machine-hour.ts';
export { ASSUMED_CAPACITY, type NodeCapacity } from './model/nodes.ts';
export { ASSUMED_DELAY_MS, type PlanQuality } from './model/plan-quality.ts';
export { type RunPrice, runPrice } from './model/run-price.ts';
export { offersOf, type SelfHostedCost, type SelfHostedRules } from './model/self-hosted.ts';
export type { Variant } from './model/variants.ts';
export {
  DEFAULT_PRICES,
  defaultPriceBook,
  readPriceBook,
} from './prices/price-book.ts';
export { type PriceBook, priceBookJsonSchema, type Source } from './prices/schema.ts';
export { usageOfEvent } from './usage/event-usage.ts';
export {
  aroundTheClock,
  participantRates,
  usageOfPlan,
} from './usage/plan-usage.ts';
export { type Timetable, timetableJsonSchema } from './usage/timetable-schema.ts';
export {
  PEAK_TO_MEAN,
  participantsByHour,
  ratesOf,
  readTimetable,
  usageOfTimetable,
} from './usage/timetable-usage.ts';
export { gigabytes, type Usage } from './usage/usage.ts';
