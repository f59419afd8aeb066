import { UsageError } from './usage-error.ts';

/** Something in a scenario file that cannot be used, or that should be looked at. */
export interface ScenarioProblem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units as editors count. */
  column: number;
  /** Where in the scenario: `groups.meetings.duration`; empty for the file as a whole. */
  path: string;
  /** What is wrong. */
  message: string;
  /** What to write instead. */
  hint: string | null;
}

/** More than so many are counted, not listed. */
const LISTED = 50;

/** A scenario file that cannot be used. `problems` has every one that was found, in the order of the file. */
export class ScenarioError extends UsageError {
  override readonly name = 'ScenarioError';
  readonly problems: readonly ScenarioProblem[];

  constructor(problems: readonly ScenarioProblem[]) {
    const [first] = problems;
    if (first !== undefined && problems.length === 1)
      super(where(first) + first.message, first.hint);
    else super(listed(problems));
    this.problems = problems;
  }
}

/** `meeting.yaml:12:15: groups.meetings.duration: a duration needs a unit; write 30s`. */
export const formatScenarioProblem = (problem: ScenarioProblem): string =>
  `${where(problem)}${problem.message}${problem.hint === null ? '' : `; ${problem.hint}`}`;

const where = ({ file, line, column, path }: ScenarioProblem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}`;

const listed = (problems: readonly ScenarioProblem[]): string => {
  const more = problems.length - LISTED;
  return [
    ...problems.slice(0, LISTED).map(formatScenarioProblem),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
};
