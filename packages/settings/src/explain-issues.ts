import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';
import { type Complaint, complaintOf, complaintOfKey } from './schema/issues.ts';
import { meansKey } from './schema/strict.ts';
import {
  formatPath,
  keyAt,
  type Path,
  type Place,
  placeOf,
  type Tree,
  treeAt,
} from './yaml/tree.ts';

/** Mistake at a place in a file whose name is not yet known. */
export interface Finding {
  code: ProblemCode;
  place: Place;
  path: Path;
  message: string;
  hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** Turns the issues of a schema into findings with positions. */
export const explainIssues = (
  issues: readonly Issue[],
  tree: Tree,
  above: Path = [],
): Finding[] => {
  const findings = issues.flatMap((issue) =>
    explain(issue, tree, [...above, ...issue.path.map(asStep)]),
  );
  // A misspelled key is not reported as missing, too.
  return findings
    .filter(
      ({ code, path, key }) =>
        code !== 'missing_key' ||
        !findings.some(
          (other) =>
            other.code === 'unknown_key' &&
            formatPath(other.path.slice(0, -1)) === formatPath(path) &&
            meansKey(String(other.path.at(-1)), String(key)),
        ),
    )
    .map(({ key: _, ...finding }) => finding);
};

/** Finding, with the name of the key if it is missing. */
type KeyedFinding = Finding & { key?: string };

const asStep = (step: PropertyKey): string | number =>
  typeof step === 'number' ? step : String(step);

const explain = (issue: Issue, tree: Tree, path: Path): KeyedFinding[] => {
  const given = treeAt(tree, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key, index) =>
      at(tree, [...path, key], complaintOfKey(issue, index), {
        code: 'unknown_key',
        where: 'key',
      }),
    );
  }
  if (issue.code === 'invalid_key') {
    return issue.issues
      .slice(0, 1)
      .map((inner) => at(tree, path, complaintOf(inner), { code: 'invalid_key', where: 'key' }));
  }
  if (given === undefined) {
    if (issue.code === 'custom')
      return [at(tree, path, complaintOf(issue), { code: 'invalid_value', where: 'key' })];
    const { message, hint } = complaintOf(issue);
    const key = String(path.at(-1));
    return [
      {
        code: 'missing_key',
        key,
        place: placeOfKey(tree, path.slice(0, -1)),
        path: path.slice(0, -1),
        message: `${key} is missing`,
        hint: hint ?? message,
      },
    ];
  }
  if (given.type === 'scalar' && given.value === null) {
    const { message, hint } = complaintOf(issue);
    const empty = { message: 'is empty', hint: `${hint ?? message}, or leave the key out` };
    return [at(tree, path, empty, { code: 'empty_value', where: 'value' })];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const fitting = issue.errors.filter((errors) => !errors.some((one) => isMismatch(one, given)));
    const complete = fitting.filter((errors) => !errors.some((one) => isMissingKey(one, given)));
    // If the type of the value or its keys select one alternative, its issues are more helpful than
    // "none of these".
    const [meant] = [fitting, complete].find(({ length }) => length === 1) ?? [];
    if (meant !== undefined) return explainIssues(meant, tree, path);
  }
  return [at(tree, path, complaintOf(issue), { code: 'invalid_value', where: 'value' })];
};

/** Returns true if an alternative was refused because the value has another type. */
const isMismatch = ({ code, path }: Issue, given: Tree): boolean =>
  path.length === 0 &&
  (code === 'invalid_type' || (code === 'invalid_value' && given.type !== 'scalar'));

/** Returns true if an alternative was refused because a required key is missing. */
const isMissingKey = ({ path: [key, ...below] }: Issue, given: Tree): boolean =>
  given.type === 'map' &&
  key !== undefined &&
  below.length === 0 &&
  !given.entries.has(String(key));

const at = (
  tree: Tree,
  path: Path,
  complaint: Complaint,
  { code, where }: { code: ProblemCode; where: 'key' | 'value' },
): Finding => ({
  code,
  place: where === 'key' ? placeOfKey(tree, path) : placeOf(tree, path),
  path,
  ...complaint,
});

const placeOfKey = (tree: Tree, path: Path): Place => keyAt(tree, path)?.at ?? placeOf(tree, path);

/** Makes a finding at a value, or at its key, for a rule that the schema cannot express. */
export const findingAt = (
  tree: Tree,
  path: Path,
  message: string,
  hint: string | null = null,
  where: 'key' | 'value' = 'value',
): Finding => at(tree, path, { message, hint }, { code: 'conflict', where });
