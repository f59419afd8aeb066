import type { z } from 'zod';
import { say, understand } from './schema/say.ts';
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
  place: Place;
  path: Path;
  message: string;
  hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** What Zod found, in words and with places. */
export const explainIssues = (
  issues: readonly Issue[],
  tree: Tree,
  above: Path = [],
): Finding[] => {
  const findings = issues.flatMap((issue) =>
    explain(issue, tree, [...above, ...issue.path.map(asStep)]),
  );
  // A key that is there, but misspelt, is not missing as well.
  const meant = new Set(
    findings.flatMap(({ path, hint }) =>
      hint?.startsWith('did you mean ') ? [`${formatPath(path.slice(0, -1))} ${hint}`] : [],
    ),
  );
  return findings.filter(({ path, message }) => {
    const [key] = /^\S+(?= is missing$)/.exec(message) ?? [];
    return key === undefined || !meant.has(`${formatPath(path)} did you mean ${key}?`);
  });
};

const asStep = (step: PropertyKey): string | number =>
  typeof step === 'number' ? step : String(step);

const explain = (issue: Issue, tree: Tree, path: Path): Finding[] => {
  const given = treeAt(tree, path);
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) =>
      at(tree, [...path, key], lines[index] ?? issue.message, 'key'),
    );
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.slice(0, 1).map(({ message }) => at(tree, path, message, 'key'));
  }
  if (given === undefined) {
    const { message, hint } = understand(issue.message);
    const missing =
      issue.code === 'custom'
        ? issue.message
        : say(
            `${path.at(-1)} is missing`,
            message.endsWith('is missing') ? hint : (hint ?? message),
          );
    return [at(tree, issue.code === 'custom' ? path : path.slice(0, -1), missing, 'key')];
  }
  if (given.type === 'scalar' && given.value === null) {
    const { message, hint } = understand(issue.message);
    return [at(tree, path, say('is empty', `${hint ?? message}, or leave the key out`), 'value')];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const fitting = issue.errors.filter((errors) => !errors.some((one) => isMismatch(one, given)));
    // Where the kind of value decides what was meant, its own problems say more than "none of these".
    if (fitting.length === 1) return explainIssues(fitting[0] ?? [], tree, path);
  }
  return [at(tree, path, issue.message, 'value')];
};

/** Whether an alternative was refused because the value is of another kind altogether. */
const isMismatch = ({ code, path }: Issue, given: Tree): boolean =>
  path.length === 0 &&
  (code === 'invalid_type' || (code === 'invalid_value' && given.type !== 'scalar'));

const at = (tree: Tree, path: Path, text: string, where: 'key' | 'value'): Finding => ({
  place: where === 'key' ? (keyAt(tree, path)?.at ?? placeOf(tree, path)) : placeOf(tree, path),
  path,
  ...understand(text),
});

/** A finding at a value, or at its key, of something that Zod cannot know. */
export const findingAt = (
  tree: Tree,
  path: Path,
  message: string,
  hint: string | null = null,
  where: 'key' | 'value' = 'value',
): Finding => at(tree, path, say(message, hint), where);
