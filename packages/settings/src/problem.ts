import { SwarmError } from './swarm-error.ts';

export type ProblemCode =
  /** The file cannot be read. */
  | 'unreadable_file'
  /** Its text is not a mapping in YAML. */
  | 'invalid_file'
  | 'unknown_key'
  | 'missing_key'
  | 'invalid_key'
  | 'empty_value'
  | 'invalid_value'
  /** It contradicts something else in the file, or cannot be carried out. */
  | 'conflict';

/** Something in a file that cannot be used, or that should be checked. */
export interface Problem {
  code: ProblemCode;
  file: string;
  /** From 1. Null: the file as a whole. */
  line: number | null;
  /** From 1, in UTF-16 units as editors count. */
  column: number | null;
  /** Where in the file: `groups.meetings.duration`; empty for the file as a whole. */
  path: string;
  /** What is wrong. */
  message: string;
  /** What to write instead. */
  hint: string | null;
}

/** More problems than this are counted, not listed. */
const LISTED = 50;

/** Files that cannot be used: an error with every problem that was found. */
export const invalidFile = (problems: readonly Problem[]): SwarmError => {
  const [first] = problems;
  return first !== undefined && problems.length === 1
    ? new SwarmError('invalid_file', positionText(first) + first.message, first.hint, { problems })
    : new SwarmError('invalid_file', listed(problems), null, { problems });
};

/** `meeting.yaml:12:15: groups.meetings.duration: a duration needs a unit; write 30s`. */
export const formatProblem = (problem: Problem): string =>
  `${positionText(problem)}${problem.message}${problem.hint === null ? '' : `; ${problem.hint}`}`;

const positionText = ({ file, line, column, path }: Problem): string =>
  `${file}${line === null ? '' : `:${line}:${column}`}: ${path === '' ? '' : `${path}: `}`;

/** For a sort in the order of the file. */
export const byPosition = (a: Problem, b: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

/** A problem of a file as a whole. */
export const fileProblem = (
  file: string,
  message: string,
  hint: string | null,
  code: ProblemCode = 'unreadable_file',
): Problem => ({ code, file, line: null, column: null, path: '', message, hint });

const listed = (problems: readonly Problem[]): string => {
  const more = problems.length - LISTED;
  return [
    ...problems.slice(0, LISTED).map(formatProblem),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
};
