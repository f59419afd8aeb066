/**
 * @typedef {{ path: string, line: number, text: string }} Fragment
 */

/** Words that begin a clause without its noun: "What a host carries", "Of a queue", "Its name". */
const DEPENDENT = new Set(
  'What Whether Which Who Whose How Why Of Its Their Those That This These'.split(' '),
);
/**
 * Words that begin either a fragment or, before a comma, an introduction of a sentence: "As records
 * hold it", "In tests, time is a parameter".
 */
const INTRODUCTORY = new Set('As At By For From In On Where When While With Without'.split(' '));

/** A doc comment of TypeScript or JavaScript, or of Rust (one line of it). */
const DOC = /\/\*\*(?!\/)([\s\S]*?)\*\/|^[ \t]*\/\/[/!] (.*)$/gm;

/**
 * Doc comments that begin with a fragment: a doc comment is a noun phrase with its noun, or an
 * imperative sentence. Only the first sentence counts, because it is what editors show first. Of
 * several lines of Rust, only the first counts.
 *
 * @param {string} path
 * @param {string} source
 * @returns {Fragment[]}
 */
export const findFragments = (path, source) => {
  let lastRust = -1;
  return [...source.matchAll(DOC)].flatMap((match) => {
    const line = source.slice(0, match.index).split('\n').length;
    if (match[2] !== undefined) {
      const follows = lastRust === line - 1;
      lastRust = line;
      if (follows) return [];
    }
    const text = (match[1] ?? match[2] ?? '').replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
    return isFragment(text) ? [{ path, line, text }] : [];
  });
};

/** @param {string} comment */
const isFragment = (comment) => {
  const [sentence = ''] = comment.split(/(?<=[.;:])\s/);
  const [first = ''] = sentence.split(' ');
  return DEPENDENT.has(first) || (INTRODUCTORY.has(first) && !sentence.includes(','));
};
