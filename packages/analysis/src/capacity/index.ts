export { type CapacitySession, concludeCapacity, type ProfiledRun } from './conclude.ts';
export { featuresOf, fitCostModel, predictCpu, type Shape, shapeOf } from './cost-model.ts';
export {
  CAPACITY_SCHEMA,
  type CapacityEnd,
  type CapacityPoint,
  type CapacityResult,
  type Cause,
  COST_MODEL_SCHEMA,
  type CostModel,
  capacityJsonSchema,
  capacitySchema,
  costModelJsonSchema,
  costModelSchema,
  type PlannedLoad,
  type StepFacts,
} from './result.ts';
export { nextStep, type SearchOptions, type SearchResult, type SearchRun } from './search.ts';
export { HEADROOM } from './sizing.ts';
export { factsOfStep, partsOf, type StepRun } from './step.ts';
export { isUsedUp, RESOURCES, type Resource, type UtilisationLimit } from './utilisation.ts';
