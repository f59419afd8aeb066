/** Counts for the formula of Flesch, and sentences of more than 25 words. */
export interface Reading {
  sentence: number;
  word: number;
  syllable: number;
  long: number;
}

/**
 * Sentences of a page, from paragraphs and list items. Code, tables, headings, targets of links and
 * comments are left out.
 */
export const proseOf = (page: string): string[] =>
  page
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/[<]!--[\s\S]*?-->/g, '')
    .replace(/^ *(```+)[^\n]*\n[\s\S]*?^ *\1 *$/gm, '\n')
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/)
    .filter((block) => !/^\s*(?:\||#|!\[|$)/.test(block))
    .flatMap((block) => sentencesOf(plain(block)));

/** Text of a block, with inline code as one word. */
const plain = (block: string): string =>
  block
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`]*`/g, 'code')
    .replace(/[*_>#]/g, '')
    .replace(/^\s*(?:-|\d+\.) /gm, '')
    .replace(/\s+/g, ' ')
    .trim();

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' });

const sentencesOf = (text: string): string[] =>
  [...SEGMENTER.segment(text)].map(({ segment }) => segment.trim()).filter((each) => each !== '');

const wordsOf = (sentence: string): string[] => sentence.match(/[\p{L}][\p{L}'’-]*/gu) ?? [];

export const readingOf = (
  sentences: readonly string[],
  syllable: (text: string) => number,
): Reading => {
  const words = sentences.map(wordsOf).filter((each) => each.length > 0);
  return {
    sentence: words.length,
    word: words.reduce((total, each) => total + each.length, 0),
    syllable: words.flat().reduce((total, word) => total + Math.max(1, syllable(word)), 0),
    long: words.filter((each) => each.length > 25).length,
  };
};
