import { describe, expect, it } from 'vitest';
import { findFragments } from './find-fragments.mjs';

/** Makes a doc comment, which the check of this file does not read. @param {string} text */
const doc = (text) => `/** ${text} */`;

describe('findFragments', () => {
  it.each([
    [doc('What a host carries.'), 'What a host carries.'],
    [doc('Of a queue, in bytes.'), 'Of a queue, in bytes.'],
    [
      '/**\n * Whether it is held\n * by another process.\n */',
      'Whether it is held by another process.',
    ],
    [doc('As records hold it.'), 'As records hold it.'],
    [doc('Its name, as LiveKit\n * has it.'), 'Its name, as LiveKit has it.'],
    ['/// Where a packet goes.\n/// The rest explains it.', 'Where a packet goes.'],
  ])('finds %j', (source, text) => {
    expect(findFragments('a.ts', `\n${source}\nconst a = 1;\n`)).toEqual([
      { path: 'a.ts', line: 2, text },
    ]);
  });

  it.each([
    '/** Capacity of a host, participants. */',
    '/** Reads a file. What it lacks is null. */',
    '/** In tests, time is a parameter. */',
    '/// A packet of RTP.\n/// Of several, the first.',
    '// What follows is a reason, which documents nothing.',
    '/**/ const what = 1;',
  ])('passes %j', (source) => {
    expect(findFragments('a.ts', source)).toEqual([]);
  });
});
