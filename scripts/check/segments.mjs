/**
 * A piece of a file that the vocabulary rules apply to.
 * @typedef {object} Segment
 * @property {'text' | 'comment' | 'identifier' | 'docs'} kind
 * @property {string} text
 * @property {number} offset of `text` in the file.
 */

const SCRIPT = /\.(ts|tsx|mts|mjs|js|cjs)$/;
const DOCUMENT = /\.(md|ya?ml|css|cfg|toml|sh|service)$|Dockerfile$/;

/**
 * Pieces of a file that a reader sees; none for files of other kinds.
 * @param {string} path decides how the file is read.
 * @param {string} source
 * @returns {Segment[]}
 */
export const segmentsOf = (path, source) => {
  if (SCRIPT.test(path)) return [...scriptSegments(source), ...exportedNames(source)];
  if (path.endsWith('.rs')) return [...rustSegments(source), ...publicRustNames(source)];
  if (path.startsWith('dashboards/') && path.endsWith('.json')) return dashboardTexts(source);
  if (DOCUMENT.test(path)) return [{ kind: 'docs', text: source, offset: 0 }];
  return [];
};

/** @param {string} source @returns {Segment[]} */
const exportedNames = (source) =>
  named(
    source,
    /^export (?:default )?(?:async )?(?:const|function\*?|class|interface|type|enum) (\w+)/gm,
  );

/** @param {string} source @returns {Segment[]} */
const publicRustNames = (source) =>
  named(source, /^\s*pub(?:\(\w+\))? (?:struct|enum|fn|trait|type|const|static) (\w+)/gm);

/**
 * Texts of a dashboard: titles, descriptions and legends.
 * @param {string} source
 * @returns {Segment[]}
 */
const dashboardTexts = (source) =>
  named(source, /"(?:title|description|legendFormat|displayName|label)": "((?:[^"\\]|\\.)*)"/g).map(
    (segment) => ({
      ...segment,
      kind: 'docs',
    }),
  );

/**
 * @param {string} source
 * @param {RegExp} pattern with the name as its only group
 * @returns {Segment[]}
 */
const named = (source, pattern) =>
  [...source.matchAll(pattern)].map((match) => {
    const [whole, name = ''] = match;
    return { kind: 'identifier', text: name, offset: match.index + whole.lastIndexOf(name) };
  });

/** Pattern of code before a regular expression; a slash after other code is a division. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|=>|\b(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/;

/**
 * Comments, strings and template texts of JavaScript and TypeScript. Paths of imports are left out.
 *
 * @param {string} source @returns {Segment[]}
 */
const scriptSegments = (source) => {
  /** @type {Segment[]} */
  const segments = [];
  /** @param {Segment['kind']} kind @param {number} from @param {number} to */
  const add = (kind, from, to) => {
    if (to > from) segments.push({ kind, text: source.slice(from, to), offset: from });
  };
  /**
   * Reads code from `at` to the brace that closes it, or to the end.
   * @param {number} at
   * @param {boolean} nested
   */
  const readCode = (at, nested) => {
    let depth = 0;
    let index = at;
    while (index < source.length) {
      const character = source[index];
      if (character === '/' && source[index + 1] === '/') {
        const end = endOfLine(source, index);
        add('comment', index, end);
        index = end;
      } else if (character === '/' && source[index + 1] === '*') {
        const end = endOf(source, '*/', index + 2);
        add('comment', index, end);
        index = end;
      } else if (
        character === '/' &&
        BEFORE_REGEXP.test(source.slice(Math.max(0, index - 20), index))
      ) {
        index = endOfRegExp(source, index);
      } else if (character === "'" || character === '"') {
        const end = endOfString(source, index, character);
        if (!/(?:\bfrom|\bimport\(?)\s*$/.test(source.slice(Math.max(0, index - 12), index)))
          add('text', index + 1, end - 1);
        index = end;
      } else if (character === '`') {
        index = readTemplate(index + 1);
      } else {
        if (character === '{') depth += 1;
        if (character === '}') {
          if (nested && depth === 0) return index + 1;
          depth -= 1;
        }
        index += 1;
      }
    }
    return index;
  };
  /** @param {number} at behind the opening quote @returns {number} behind the closing one */
  const readTemplate = (at) => {
    let from = at;
    let index = at;
    while (index < source.length && source[index] !== '`') {
      if (source[index] === '$' && source[index + 1] === '{') {
        add('text', from, index);
        index = readCode(index + 2, true);
        from = index;
      } else {
        index += source[index] === '\\' ? 2 : 1;
      }
    }
    add('text', from, index);
    return index + 1;
  };
  readCode(0, false);
  return segments;
};

/** @param {string} source @returns {Segment[]} */
const rustSegments = (source) =>
  [
    ...source.matchAll(
      /\/\/[^\n]*|\/\*[\s\S]*?\*\/|r#"[\s\S]*?"#|"(?:[^"\\]|\\[\s\S])*"|'(?:\\.|[^'\\\n])'/g,
    ),
  ]
    .filter(([token]) => !token.startsWith("'"))
    .map((match) => ({
      kind: match[0].startsWith('/') ? 'comment' : 'text',
      text: match[0],
      offset: match.index,
    }));

/** @param {string} source @param {number} from */
const endOfLine = (source, from) => endOf(source, '\n', from);

/** @param {string} source @param {string} mark @param {number} from */
const endOf = (source, mark, from) => {
  const found = source.indexOf(mark, from);
  return found === -1 ? source.length : found + (mark === '\n' ? 0 : mark.length);
};

/** @param {string} source @param {number} from @param {string} quote */
const endOfString = (source, from, quote) => {
  let index = from + 1;
  while (index < source.length && source[index] !== quote && source[index] !== '\n')
    index += source[index] === '\\' ? 2 : 1;
  return index + 1;
};

/** @param {string} source @param {number} from */
const endOfRegExp = (source, from) => {
  let inClass = false;
  let index = from + 1;
  for (; index < source.length && source[index] !== '\n'; index += 1) {
    if (source[index] === '\\') index += 1;
    else if (source[index] === '[') inClass = true;
    else if (source[index] === ']') inClass = false;
    else if (source[index] === '/' && !inClass) return index + 1;
  }
  return index;
};
