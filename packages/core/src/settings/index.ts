export { thresholdsByMetric } from '../scenario/schema/json-schema.ts';
export {
  bitRate,
  duration,
  name,
  positive,
  prose,
  reading,
  share,
  text,
  whole,
  word,
  yesOrNo,
} from '../scenario/schema/leaves.ts';
export { nearest, suggest } from '../scenario/schema/nearest.ts';
export { quote, say, textOf } from '../scenario/schema/say.ts';
export { strict } from '../scenario/schema/strict.ts';
export { seed, tags } from '../scenario/schema/tags.ts';
export type { Path } from '../scenario/yaml/tree.ts';
export { type FileSettings, readSettings, type Settings, SettingsError, type SettingsFile } from './read-settings.ts';
export { settingsJsonSchema } from './settings-schema.ts';
