import type { z } from 'zod';
import { explainIssues, type Finding } from '../scenario/explain-issues.ts';
import { formatScenarioProblem } from '../scenario/scenario-error.ts';
import { withoutKeys } from '../scenario/yaml/merge-patch.ts';
import { type FileKind, readYaml } from '../scenario/yaml/read-yaml.ts';
import { formatPath, type Path, type Place, placeOf, plainOf, type Tree } from '../scenario/yaml/tree.ts';
import { UsageError } from '../usage-error.ts';

/** What a settings file says, and where it says it. */
export interface Settings<Value> {
  value: Value;
  /** `exporter.yaml:12:5`: where the value at `path` stands, or what it should stand in. */
  at(path: Path): string;
}

export interface SettingsFile extends FileKind {
  /** For messages. */
  file: string;
}

/** More problems than this are counted, not listed. */
const LISTED = 50;

/**
 * Reads a YAML file of settings as scenarios are read: bounded whatever the text, keys that begin with x- are for anchors, and every problem is found at once.
 * @throws UsageError with every problem: file, line, column, what, and what to write instead
 */
export const readSettings = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  { file, ...kind }: SettingsFile,
): Settings<z.output<Schema>> => {
  const { tree, problems } = readYaml(text, kind);
  if (tree === null)
    return fail(
      file,
      problems.map(({ line, column, ...rest }) => ({ place: { line, column }, path: [], ...rest })),
    );
  if (tree.type !== 'map') return fail(file, [{ place: tree.at, path: [], message: 'must be a mapping', hint: kind.begin }]);
  const whole: Tree = withoutKeys(tree, (key) => key.startsWith('x-'));
  const read = schema.safeParse(plainOf(whole));
  if (!read.success) return fail(file, explainIssues(read.error.issues, whole));
  return { value: read.data, at: (path) => formatPlace(file, placeOf(whole, path)) };
};

const formatPlace = (file: string, { line, column }: Place): string => `${file}:${line}:${column}`;

const fail = (file: string, findings: readonly Finding[]): never => {
  const sorted = [...findings].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const lines = sorted
    .slice(0, LISTED)
    .map(({ place, path, message, hint }) => formatScenarioProblem({ file, ...place, path: formatPath(path), message, hint }));
  const more = sorted.length - lines.length;
  throw new UsageError([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
};
