/**
 * @typedef {{ path: string, line: number, text: string }} Read
 * @typedef {{ path: string, text: string, reason: string }} Exception a hit that may stay, by a
 * part of its line.
 */

/** Pattern of an expression that holds a sentence. */
const SENTENCE = '(?:\\w+\\.)*\\w*(?:[mM]essage|[rR]eason|[sS]entence|[hH]int)\\b(?:\\?\\.|\\.)?';
/** Pattern of a method that takes a sentence apart. */
const READS =
  '(?:startsWith|endsWith|includes|slice|substring|substr|replace|replaceAll|split|match|matchAll|search|indexOf|charAt)\\(';

const PATTERNS = [
  // error.message.startsWith(…), reason?.includes(…)
  new RegExp(`(?<![\\w'"\`])${SENTENCE.replace('(?:\\?\\.|\\.)?', '\\??\\.')}${READS}`),
  // /…/.test(error.message), PATTERN.exec(reason), /…/.test(String(error))
  /\.(?:test|exec)\(\s*(?:(?:\w+\??\.)*\w*(?:[mM]essage|[rR]eason|[sS]entence|[hH]int)\b|String\(error\))/,
];

/**
 * Lines of a source that take a sentence apart: facts are typed, and text is only rendered from
 * them.
 *
 * @param {string} path
 * @param {string} source
 * @returns {Read[]}
 */
export const findSentenceReads = (path, source) =>
  source.split('\n').flatMap((text, index) => {
    const code = text.trim();
    if (code.startsWith('*') || code.startsWith('//') || code.startsWith('/*')) return [];
    return PATTERNS.some((pattern) => pattern.test(code))
      ? [{ path, line: index + 1, text: code }]
      : [];
  });
