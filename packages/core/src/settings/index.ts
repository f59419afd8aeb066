export { duration, name, positive, reading, share, text, whole, word, yesOrNo } from '../scenario/schema/leaves.ts';
export { nearest } from '../scenario/schema/nearest.ts';
export { quote, say } from '../scenario/schema/say.ts';
export { strict } from '../scenario/schema/strict.ts';
export type { Path } from '../scenario/yaml/tree.ts';
export { readSettings, type Settings, type SettingsFile } from './read-settings.ts';
export { settingsJsonSchema } from './settings-schema.ts';
