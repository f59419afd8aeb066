import { formatProblem, type Problem } from './problem.ts';
import { SwarmError } from './swarm-error.ts';

/** Number of problems that an error lists; further ones are only counted. */
const LISTED = 50;

/** Makes an error with every problem found in files that cannot be used. */
export const invalidFile = (problems: readonly Problem[]): SwarmError => {
  const [first] = problems;
  return first !== undefined && problems.length === 1
    ? new SwarmError('invalid_file', formatProblem({ ...first, hint: null }), first.hint, {
        problems,
      })
    : new SwarmError('invalid_file', listed(problems), null, { problems });
};

const listed = (problems: readonly Problem[]): string => {
  const more = problems.length - LISTED;
  return [
    ...problems.slice(0, LISTED).map(formatProblem),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
};
