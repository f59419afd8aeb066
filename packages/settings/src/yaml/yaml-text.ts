import { stringify } from 'yaml';

/** YAML of a value, with the lines of a comment before it. */
export const yamlText = (value: object, comment: readonly string[] = []): string =>
  `${comment.map((line) => `# ${line}\n`).join('')}${stringify(value)}`;
