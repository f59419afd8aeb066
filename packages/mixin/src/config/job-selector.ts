import { hinted, text } from '@livekit-swarm/settings';

/**
 * Plain name of a scrape job in a configuration (`livekit`). When the name is not known beforehand,
 * a configuration has matchers in braces, as in PromQL (`{job=~".*livekit-server.*"}`).
 */
const NAME = /^[A-Za-z0-9_./-]+$/;
const MATCHER = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|=)\s*"([^"\\]+)"/;
const MATCHERS = new RegExp(`^\\{\\s*${MATCHER.source}(\\s*,\\s*${MATCHER.source})*\\s*\\}$`);

interface Matcher {
  label: string;
  operator: string;
  value: string;
}

const readMatchers = (job: string): Matcher[] =>
  NAME.test(job)
    ? [{ label: 'job', operator: '=', value: job }]
    : [...job.matchAll(new RegExp(MATCHER, 'g'))].map(
        ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
      );

/** Compiles a regular expression as Prometheus applies it: anchored. */
const anchored = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

const isSelector = (job: string): boolean => {
  if (NAME.test(job)) return true;
  if (!MATCHERS.test(job)) return false;
  const matchers = readMatchers(job);
  try {
    // A regular expression that matches "" would select every series without the label.
    return matchers.every(({ operator, value }) => operator === '=' || !anchored(value).test(''));
  } catch {
    return false;
  }
};

/** The schema of a job in a configuration. */
export const jobSelector = () =>
  text(500, 'a job').refine(isSelector, {
    error: hinted(
      'cannot be a job',
      'write its name (letters, digits and any of _ . / -), or matchers with = and =~ and without backslashes, as {job=~".+-livekit-server"}',
    ),
  });

/** The matchers of a job for a query, without braces: `job="livekit"`. */
export const matchersOf = (job: string): string =>
  readMatchers(job)
    .map(({ label, operator, value }) => `${label}${operator}"${value}"`)
    .join(', ');

/** Names of the labels in the selector of a job. */
export const selectingLabels = (job: string): string[] =>
  readMatchers(job).map(({ label }) => label);

/** Labels with one possible value, which `absent()` keeps. */
export const fixedLabels = (job: string): Record<string, string> =>
  Object.fromEntries(
    readMatchers(job)
      .filter(({ operator }) => operator === '=')
      .map(({ label, value }) => [label, value]),
  );

/**
 * Labels that match the selector of a job, for rule tests; null: no example of its regular
 * expression is known.
 */
export const exampleLabels = (job: string): Record<string, string> | null => {
  const labels: [string, string][] = [];
  for (const { label, operator, value } of readMatchers(job)) {
    const example = operator === '=' ? value : exampleOf(value);
    if (example === null) return null;
    labels.push([label, example]);
  }
  return Object.fromEntries(labels);
};

/**
 * Text that matches the expression: its first alternative, with the shortest text for each
 * wildcard. Null: this text does not match.
 */
const exampleOf = (pattern: string): string | null => {
  const example = (pattern.split('|')[0] ?? '').replaceAll('.*', '').replaceAll('.+', 'x');
  return anchored(pattern).test(example) ? example : null;
};
