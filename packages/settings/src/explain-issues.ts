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

/** Something wrong at a place of a file; the file's name is still to come. */
export interface Finding {
  code: ProblemCode;
  place: Place;
  path: Path;
  message: string;
  hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** What the schema found, with positions. */
export const explainIssues = (
  issues: readonly Issue[],
  tree: Tree,
  above: Path = [],
): Finding[] => {
  const findings = issues.flatMap((issue) =>
    explain(issue, tree, [...above, ...issue.path.map(asStep)]),
  );
  // A key that is there, but misspelt, is not missing as well.
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

/** A finding, and of a missing key its name. */
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
    // Where the kind of value or its keys decide what was meant, its own problems say more than "none of these".
    const [meant] = [fitting, complete].find(({ length }) => length === 1) ?? [];
    if (meant !== undefined) return explainIssues(meant, tree, path);
  }
  return [at(tree, path, complaintOf(issue), { code: 'invalid_value', where: 'value' })];
};

/** Whether an alternative was refused because the value is of another kind altogether. */
const isMismatch = ({ code, path }: Issue, given: Tree): boolean =>
  path.length === 0 &&
  (code === 'invalid_type' || (code === 'invalid_value' && given.type !== 'scalar'));

/** Whether an alternative was refused because a key that it must have is not there. */
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

/** A finding at a value, or at its key, of something that the schema cannot know. */
export const findingAt = (
  tree: Tree,
  path: Path,
  message: string,
  hint: string | null = null,
  where: 'key' | 'value' = 'value',
): Finding => at(tree, path, { message, hint }, { code: 'conflict', where });
