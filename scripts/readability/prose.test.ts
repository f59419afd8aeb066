import { expect, it } from 'vitest';
import { proseOf, readingOf } from './prose.ts';

it('reads only paragraphs and list items', () => {
  const page = [
    '# Heading of it',
    'First sentence. The [second](x.md) one',
    'has `some code --here`.',
    '',
    '- an item',
    '- **another** item',
    '',
    '| a table | with words |',
    '<!-- a comment -->',
    '```sh',
    'not this',
    '```',
  ].join('\n');
  expect(proseOf(page.replace('it\n', 'it\n\n'))).toEqual([
    'First sentence.',
    'The second one has code.',
    'an item',
    'another item',
  ]);
});

it('counts sentences, words, syllables and long sentences', () => {
  const long = `${'word '.repeat(26)}.`;
  expect(readingOf(['Two words.', long, '42'], () => 2)).toEqual({
    sentence: 2,
    word: 28,
    syllable: 56,
    long: 1,
  });
});
