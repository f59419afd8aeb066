import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** JSON Schemas of files that users write, below the folder of packages. */
const SCENARIO_SCHEMA = 'scenario/schema/scenario.schema.json';
export const SETTINGS_SCHEMA = 'cli/schema/swarm.schema.json';

/**
 * Where editors find the JSON Schema of scenario files, or another one, seen from a folder.
 * @returns undefined where it lies outside of `project`: such a path would be right on one host only
 */
export const schemaPathFrom = (
  folder: string,
  project: string,
  schema = SCENARIO_SCHEMA,
): string | undefined => {
  const file = fileURLToPath(new URL(`../../../${schema}`, import.meta.url));
  const inProject = relative(project, file);
  if (inProject.startsWith('..') || isAbsolute(inProject)) return undefined;
  const path = relative(folder, file).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
};

/** Words as a shell reads them back, in one line. */
export const shellLine = (words: readonly string[]): string =>
  words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
