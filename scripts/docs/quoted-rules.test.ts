import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shippedRules, wrongQuotes } from './quoted-rules.ts';

const root = new URL('../../', import.meta.url);
const pages = [
  ...readdirSync(new URL('docs/', root))
    .filter((name) => /^chaos.*\.md$/.test(name))
    .map((name) => `docs/${name}`),
  'docs/track-record.md',
  'chaos/README.md',
];

it.each(pages)('%s quotes alert rules correctly', (page) =>
  expect(wrongQuotes(readFileSync(new URL(page, root), 'utf8'), shippedRules())).toEqual([]),
);

describe('a quotation', () => {
  const rules = [
    { name: 'LiveKitNodeDown', expr: 'up == 0', waitsMs: 90_000, intervalMs: null },
    { name: 'LiveKitNodeDown', expr: 'up == 0', waitsMs: 60_000, intervalMs: null },
  ];

  it.each([
    'LiveKitNodeDown waits 1m30s (`for` of its rule).',
    'LiveKitNodeDown has a `for` of 60 seconds.',
    'LiveKitNodeDown waits 1 minute',
    'LiveKitNodeDown fired after 91.7 s, resolved after 132 s',
  ])('%s', (text) => expect(wrongQuotes(text, rules)).toEqual([]));

  it.each([
    ['LiveKitNodeDown has a `for` of 30 seconds and fires 31 s after the kill.', 2],
    ['LiveKitNodeDown fired after 31.6 to 32.5 s, resolved after 61.6 to 61.8 s', 1],
    ['LiveKitNodeGone waits 1m30s', 1],
  ])('%s', (text, wrong) => expect(wrongQuotes(text, rules)).toHaveLength(wrong));
});
