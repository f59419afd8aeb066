export { drawDrill, isPossible } from './draw-drill.ts';
export { type FaultChoice, faultChoices } from './fault-choices.ts';
export { areKnown, type KnownViolation, parseKnownViolations } from './known-violations.ts';
export { outcomeOfDrill } from './outcome-of-drill.ts';
export {
  type RandomDrill,
  type RandomFault,
  type RandomSettings,
  randomDrillText,
  randomSettingsSchema,
} from './random-drill.ts';
export { appendRandomLine, readRandomHistory } from './random-history.ts';
export {
  type DrawnLine,
  RANDOM_LINE_SCHEMA,
  RANDOM_OUTCOMES,
  type RandomLine,
  type RandomOutcome,
  randomLineSchema,
  type ShrunkLine,
} from './random-line.ts';
export {
  exitCodeOfSearch,
  linesByType,
  RANDOM_RESULT_SCHEMA,
  type RandomResult,
} from './random-result.ts';
export { type Shrunk, shrink } from './shrink.ts';
