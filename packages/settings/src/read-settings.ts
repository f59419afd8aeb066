import type { z } from 'zod';
import { explainIssues, type Finding } from './explain-issues.ts';
import { invalidFile } from './invalid-file.ts';
import { otherKind } from './other-kind.ts';
import { byPosition, type Problem } from './problem.ts';
import { clean } from './schema/issues.ts';
import type { SwarmError } from './swarm-error.ts';
import { withoutKeys } from './yaml/merge-patch.ts';
import { type FileKind, readYaml } from './yaml/read-yaml.ts';
import { formatPath, type MapTree, type Path, type Place, placeOf, plainOf } from './yaml/tree.ts';

/** Value of a settings file, with positions. */
export interface Settings<Value> {
  value: Value;
  /** Position of the value at `path`, or of the mapping that lacks it: `exporter.yaml:12:5`. */
  at(path: Path): string;
}

export interface FileSettings<Value> extends Settings<Value> {
  /** Makes a problem of the value at `path`, for a rule that the schema cannot express. */
  problem(path: Path, message: string, hint?: string | null): Problem;
}

export interface SettingsFile extends FileKind {
  /** Name of the file, for messages. */
  file: string;
}

/**
 * Reads a YAML file of settings, as scenarios are read: the size of any text is limited, keys that
 * begin with x- may hold anchors, and all problems are reported at once.
 * @throws SwarmError `invalid_file` with every problem: file, line, column, mistake, correction
 */
export const readSettings = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  { file, ...kind }: SettingsFile,
): FileSettings<z.output<Schema>> => {
  const whole = readMapping(text, { file, ...kind });
  const read = schema.safeParse(plainOf(whole));
  if (!read.success) throw invalidFindings(file, explainIssues(read.error.issues, whole));
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

/** Makes a problem from a finding, and removes control characters of the file. */
export const problemOf = (
  file: string,
  { code, place, path, message, hint }: Finding,
): Problem => ({
  code,
  file,
  line: place.line,
  column: place.column,
  path: clean(formatPath(path)),
  message: clean(message),
  hint: hint === null ? null : clean(hint),
});

/** Makes an error with all findings, in the order of the file. */
export const invalidFindings = (file: string, findings: readonly Finding[]): SwarmError =>
  invalidFile(findings.map((finding) => problemOf(file, finding)).sort(byPosition));

/**
 * Reads a YAML file that is a mapping. Keys that begin with x- hold anchors, as in Compose files,
 * and are left out.
 * @throws SwarmError `invalid_file`
 */
export const readMapping = (text: string, { file, ...kind }: SettingsFile): MapTree => {
  const { tree, problems } = readYaml(text, kind);
  const code = 'invalid_file';
  if (tree === null)
    throw invalidFindings(
      file,
      problems.map(({ line, column, ...rest }) => ({
        code,
        place: { line, column },
        path: [],
        ...rest,
      })),
    );
  if (tree.type === 'map') {
    const other = otherKind(tree, kind.noun);
    if (other !== null) throw invalidFindings(file, [{ code, path: [], ...other }]);
    return withoutKeys(tree, (key) => key.startsWith('x-'));
  }
  const message = `is not a ${kind.noun}: it must be a mapping`;
  throw invalidFindings(file, [{ code, place: tree.at, path: [], message, hint: kind.begin }]);
};
