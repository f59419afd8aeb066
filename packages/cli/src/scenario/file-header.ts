import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where editors find the JSON Schema of scenario files, seen from a folder.
 * @returns undefined where it lies outside of `project`: such a path would be right on one host only
 */
export const schemaPathFrom = (folder: string, project: string): string | undefined => {
  const file = fileURLToPath(
    new URL('../../../scenario/schema/scenario.schema.json', import.meta.url),
  );
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
