const TYPES = [
  'build',
  'chore',
  'ci',
  'docs',
  'feat',
  'fix',
  'perf',
  'refactor',
  'revert',
  'style',
  'test',
];
const FORM = new RegExp(
  `^(?:${TYPES.join('|')})(?:\\([a-z0-9][a-z0-9,-]*\\))?!?: (?<summary>\\S.*)$`,
);
const MAX_LENGTH = 72;

/** Words that begin a noun phrase or a clause instead of a command. */
const NOT_A_VERB = new RegExp(
  `^(?:${[
    'a an the this that these those it its one each every all some any no not none both',
    'i we you they who what which when where how why whether there here',
    'is are was were has have had and or but for from in on of to by as at with without',
  ]
    .join(' ')
    .split(' ')
    .join('|')})(?:['’]s)?$`,
  'i',
);
/**
 * Pattern of inflected verbs, which begin no command: `added`, `adding`, `adds`. It does not match
 * `pass`, `process`, `embed`, `bring`.
 */
const INFLECTED = /(?:[^e]ed|[a-z]{2}ing|[^siu]s)$/;
const VERBS = new Set([
  'embed',
  'shed',
  'wed',
  'bring',
  'ring',
  'string',
  'swing',
  'ping',
  'alias',
  'canvas',
  'bias',
  'focus',
]);

/**
 * Problem of a commit subject; null: it is `type(scope): imperative summary` of at most 72
 * characters.
 * @param {string} subject
 * @returns {string | null}
 */
export const subjectProblem = (subject) => {
  if (subject.length > MAX_LENGTH)
    return `${subject.length} characters, the limit is ${MAX_LENGTH}`;
  const summary = FORM.exec(subject)?.groups?.summary;
  if (summary === undefined)
    return `not of the form type(scope): summary, with a type of ${TYPES.join(', ')}`;
  if (summary.endsWith('.')) return 'ends with a full stop';
  const [first = ''] = summary.split(/[\s,:;]/);
  // Names of code keep their letters.
  if (/^[A-Z][a-z]/.test(first)) return 'the summary begins with a capital letter';
  if (
    NOT_A_VERB.test(first) ||
    (/^[a-z]+$/.test(first) && INFLECTED.test(first) && !VERBS.has(first))
  ) {
    return `"${first}" is not an imperative verb`;
  }
  return null;
};
