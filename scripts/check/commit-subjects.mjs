// Checks the subjects of commits: `node scripts/check/commit-subjects.mjs [--report] [BASE]`. BASE
// defaults to the last commit before the rule.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { subjectProblem } from './subject-problem.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const RULE_SINCE = 'f422af8';
/** Commits that were published before the rule existed. */
const PUBLISHED = new Set([
  "test(chaos): a node's ports are compared with its own range",
  'docs: one code for alert changes in the glossary',
  'docs(adr): packages follow the data',
]);

/** @param {string[]} args */
const git = (...args) =>
  execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

/**
 * Returns true when the history contains the revision; a shallow clone lacks it.
 * @param {string} revision
 */
const exists = (revision) => {
  try {
    return git('cat-file', '-t', revision) === 'commit';
  } catch {
    return false;
  }
};

const reportOnly = process.argv.includes('--report');
const [given] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const base = given ?? RULE_SINCE;
if (exists(base)) {
  const commits = git('log', '--no-merges', '--format=%h %s', `${base}..HEAD`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({
      hash: line.slice(0, line.indexOf(' ')),
      subject: line.slice(line.indexOf(' ') + 1),
    }));
  const problems = commits.flatMap(({ hash, subject }) => {
    const problem = PUBLISHED.has(subject) ? null : subjectProblem(subject);
    return problem === null ? [] : [`${hash} ${problem}: ${subject}`];
  });
  for (const problem of problems) console.log(problem);
  console.log(
    `commit subjects: ${problems.length} problems in ${commits.length} commits since ${base}`,
  );
  if (problems.length > 0 && !reportOnly) process.exitCode = 1;
} else if (given === undefined) {
  console.log(
    `commit subjects: not checked, ${base} is not in this clone (fetch the whole history to check them)`,
  );
} else {
  console.log(
    `commit subjects: ${base} is not in this clone (fetch the whole history, or name another base)`,
  );
  process.exitCode = 1;
}
