export {
  formatDuration,
  LONGEST_DURATION_MS,
  parseDuration,
  plural,
} from './duration.ts';
export * from './errors.ts';
export { explainIssues, type Finding, findingAt } from './explain-issues.ts';
export { invalidFile } from './invalid-file.ts';
export { type JsonSchema, jsonSchemaOf, schemaUrl, settingsJsonSchema } from './json-schema.ts';
export { parseMemory } from './memory-size.ts';
export { formatExactly, formatNumber, formatUnlike } from './number-text.ts';
export { fileProblem, formatProblem, type Problem } from './problem.ts';
export {
  type FileSettings,
  invalidFindings,
  problemOf,
  readMapping,
  readSettings,
  type Settings,
} from './read-settings.ts';
export { customIssue, hinted, quote, textOf, withoutSecrets } from './schema/issues.ts';
export {
  bitRate,
  duration,
  labels,
  NUMBER,
  name,
  positive,
  prose,
  reading,
  seed,
  share,
  tags,
  text,
  whole,
  word,
  yesOrNo,
} from './schema/leaves.ts';
export { type SecretRef, secretRef } from './schema/secret-ref.ts';
export { strict } from './schema/strict.ts';
export { mergePatch, withoutKeys } from './yaml/merge-patch.ts';
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
  treeOfValues,
} from './yaml/tree.ts';
export { yamlText } from './yaml/yaml-text.ts';
