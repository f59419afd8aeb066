import type { z } from 'zod';
import { explainIssues, type Finding } from './explain-issues.ts';
import { byPosition, invalidFile, type Problem } from './problem.ts';
import { withoutKeys } from './yaml/merge-patch.ts';
import { type FileKind, readYaml } from './yaml/read-yaml.ts';
import { formatPath, type Path, type Place, placeOf, plainOf, type Tree } from './yaml/tree.ts';

/** The value of a settings file, with positions. */
export interface Settings<Value> {
  value: Value;
  /** `exporter.yaml:12:5`: the position of the value at `path`, or of the mapping that lacks it. */
  at(path: Path): string;
}

export interface FileSettings<Value> extends Settings<Value> {
  /** A problem of the value at `path` that the schema cannot know. */
  problem(path: Path, message: string, hint?: string | null): Problem;
}

export interface SettingsFile extends FileKind {
  /** For messages. */
  file: string;
}

/**
 * Reads a YAML file of settings as scenarios are read: with bounds for any text, keys that begin with x- can hold anchors, and all problems are reported at once.
 * @throws SwarmError `invalid_file` with every problem: file, line, column, what is wrong, what to write instead
 */
export const readSettings = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  { file, ...kind }: SettingsFile,
): FileSettings<z.output<Schema>> => {
  const { tree, problems } = readYaml(text, kind);
  const fail = (findings: readonly Finding[]): never => {
    throw invalidFile(findings.map((finding) => problemOf(file, finding)).sort(byPosition));
  };
  if (tree === null)
    return fail(
      problems.map(({ line, column, ...rest }) => ({
        code: 'invalid_file',
        place: { line, column },
        path: [],
        ...rest,
      })),
    );
  if (tree.type !== 'map')
    return fail([
      {
        code: 'invalid_file',
        place: tree.at,
        path: [],
        message: 'must be a mapping',
        hint: kind.begin,
      },
    ]);
  const whole: Tree = withoutKeys(tree, (key) => key.startsWith('x-'));
  const read = schema.safeParse(plainOf(whole));
  if (!read.success) return fail(explainIssues(read.error.issues, whole));
  return {
    value: read.data,
    at: (path) => formatPlace(file, placeOf(whole, path)),
    problem: (path, message, hint = null) =>
      problemOf(file, {
        code: 'conflict',
        place: placeOf(whole, path),
        path,
        message,
        hint,
      }),
  };
};

const formatPlace = (file: string, { line, column }: Place): string => `${file}:${line}:${column}`;

const problemOf = (file: string, { code, place, path, message, hint }: Finding): Problem => ({
  code,
  file,
  ...place,
  path: formatPath(path),
  message,
  hint,
});
