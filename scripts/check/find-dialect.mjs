import { segmentsOf } from './segments.mjs';

/**
 * @typedef {'text' | 'docs' | 'comment' | 'identifier' | 'file' | 'test'} Category
 *
 * `text`: strings of shipped sources. `docs`: pages, YAML, dashboards. `identifier`: exported
 * names. `file`: file names. `test`: everything within tests.
 */

/**
 * @typedef {object} Rule
 * @property {string} pattern a regular expression over whole words, without regard to case.
 * @property {string} use what to write instead.
 * @property {Category[]} [in] default: everywhere.
 */

/**
 * @typedef {object} WordList
 * @property {Rule[]} rules
 * @property {{ path: string, reason: string }[]} skip parts of paths of files that are not read.
 * @property {{ path: string, line: string, reason: string }[]} exceptions lines that may stay, by a
 * part of their text.
 */

/**
 * @typedef {{ path: string, line: number, category: Category, found: string, use: string }} Finding
 */

/** @type {readonly Category[]} */
export const CATEGORIES = ['text', 'docs', 'identifier', 'file', 'comment', 'test'];

const TEST = /\.test\.\w+$|^packages\/[^/]+\/test\/|\/testing\/|^(testkit|e2e)\//;

/**
 * Makes a function that finds words which docs/GLOSSARY.md replaces.
 *
 * @param {WordList} words
 * @returns {(path: string, source: string) => Finding[]}
 */
export const createFinder = ({ rules, skip, exceptions }) => {
  const compiled = rules.map(({ pattern, use, in: only }) => ({
    use,
    only,
    // Words of a phrase may be on two lines of a comment.
    pattern: new RegExp(
      `(?<![\\w-])(?:${pattern.replaceAll(' ', '(?:\\s|\\*|//)+')})(?!\\w)`,
      'gi',
    ),
  }));
  const matchers = new Map(
    CATEGORIES.map((category) => [
      category,
      compiled.filter(({ only }) => only === undefined || only.includes(category)),
    ]),
  );
  /** Expressions by category that match when any rule does, in one pass over a piece. */
  const anyOf = new Map(
    [...matchers].map(([category, some]) => [
      category,
      new RegExp(some.map(({ pattern }) => pattern.source).join('|'), 'i'),
    ]),
  );

  return (path, source) => {
    if (skip.some((one) => path.includes(one.path))) return [];
    const isTest = TEST.test(path);
    const allowed = exceptions.filter((one) => one.path === path);
    /** @type {Finding[]} */
    const findings = [];
    /** @param {Category} category @param {string} text @param {(index: number) => number} lineAt */
    const check = (category, text, lineAt) => {
      if (anyOf.get(category)?.test(text) !== true) return;
      for (const { pattern, use } of matchers.get(category) ?? []) {
        for (const match of text.matchAll(pattern)) {
          findings.push({ path, line: lineAt(match.index), category, found: match[0], use });
        }
      }
    };

    check('file', wordsOf(path.replace(/^.*\//, '').replace(/\..*$/, '')), () => 1);
    for (const { kind, text, offset } of segmentsOf(path, source)) {
      /** @type {Category} */
      const category = isTest ? 'test' : kind;
      const read = kind === 'identifier' ? wordsOf(text) : text;
      check(category, read, (index) =>
        lineOf(source, offset + (kind === 'identifier' ? 0 : index)),
      );
    }
    if (allowed.length === 0) return findings;
    const lines = source.split('\n');
    return findings.filter(
      ({ line }) => !allowed.some((one) => lines[line - 1]?.includes(one.line)),
    );
  };
};

/**
 * Splits a name into words: `sayParams`, `say-params`, `SAY_PARAMS` → `say params`.
 * @param {string} name
 */
export const wordsOf = (name) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase();

/** @param {string} source @param {number} offset */
const lineOf = (source, offset) => source.slice(0, offset).split('\n').length;
