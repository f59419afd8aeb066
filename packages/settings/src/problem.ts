export type ProblemCode =
  /** The file cannot be read. */
  | 'unreadable_file'
  /** The text of the file is not a YAML mapping. */
  | 'invalid_file'
  | 'unknown_key'
  | 'missing_key'
  | 'invalid_key'
  | 'empty_value'
  | 'invalid_value'
  /** The value contradicts another part of the file, or cannot be carried out. */
  | 'conflict';

/** Part of a file that cannot be used, or that the user should check. */
export interface Problem {
  code: ProblemCode;
  file: string;
  /** Line in the file, from 1; null: the file as a whole. */
  line: number | null;
  /** Column in the line, from 1, in UTF-16 units as editors count; null: the file as a whole. */
  column: number | null;
  /** Path of the value: `groups.meetings.duration`; empty: the file as a whole. */
  path: string;
  /** Description of the mistake. */
  message: string;
  /** Correction that the user can make; null: none is known. */
  hint: string | null;
}

/**
 * Text of a problem: `meeting.yaml:12:15: groups.meetings.duration: a duration needs a unit; write
 * 30s`.
 */
export const formatProblem = (problem: Problem): string =>
  `${positionText(problem)}${problem.message}${problem.hint === null ? '' : `; ${problem.hint}`}`;

const positionText = ({ file, line, column, path }: Problem): string =>
  `${file}${line === null ? '' : `:${line}:${column}`}: ${path === '' ? '' : `${path}: `}`;

/** Comparison for sorting problems in the order of the file. */
export const byPosition = (a: Problem, b: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

/** Makes a problem that concerns a file as a whole. */
export const fileProblem = (
  file: string,
  message: string,
  hint: string | null,
  code: ProblemCode = 'unreadable_file',
): Problem => ({ code, file, line: null, column: null, path: '', message, hint });
