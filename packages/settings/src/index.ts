export { formatDuration, LONGEST_DURATION_MS, parseDuration } from './duration.ts';
export { EXIT_CODES, type ExitCode, type ExitName } from './exit-codes.ts';
export { explainIssues, type Finding, findingAt } from './explain-issues.ts';
export { formatNumber, plural } from './format-number.ts';
export { type JsonSchema, jsonSchemaOf } from './json-schema.ts';
export {
  byPosition,
  fileProblem,
  formatProblem,
  invalidFile,
  type Problem,
  type ProblemCode,
} from './problem.ts';
export { type FileSettings, readSettings, type Settings } from './read-settings.ts';
export { clean, customIssue, hinted, quote, textOf } from './schema/issues.ts';
export {
  bitRate,
  duration,
  NUMBER,
  name,
  positive,
  prose,
  reading,
  share,
  text,
  whole,
  word,
  yesOrNo,
} from './schema/leaves.ts';
export { nearest, suggest } from './schema/nearest.ts';
export { strict } from './schema/strict.ts';
export { seed, tags } from './schema/tags.ts';
export { settingsJsonSchema } from './settings-schema.ts';
export {
  type ErrorCode,
  errorCodeOf,
  explain,
  hasErrorCode,
  isUsageError,
  readVariable,
  SwarmError,
  usageError,
} from './swarm-error.ts';
export { withoutSecrets } from './without-secrets.ts';
export { mergePatch, withoutKeys } from './yaml/merge-patch.ts';
export { readYaml } from './yaml/read-yaml.ts';
export {
  formatPath,
  type MapTree,
  type Path,
  type Place,
  placeOf,
  placeWithin,
  plainOf,
  type Spot,
  type Tree,
  treeAt,
} from './yaml/tree.ts';
