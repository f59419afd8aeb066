import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFinder, wordsOf } from './find-dialect.mjs';

/** @type {import('./find-dialect.mjs').WordList} */
const shipped = JSON.parse(readFileSync(new URL('./vocabulary.json', import.meta.url), 'utf8'));
const find = createFinder(shipped);

/** @param {string} path @param {string} source */
const summary = (path, source) =>
  find(path, source).map(({ category, line, found }) => `${category} ${line}: ${found}`);

describe('createFinder', () => {
  it('finds words in strings, template texts, comments and exported names, each by its category', () => {
    const source = [
      '/** Waits until everybody is connected. */',
      "export const sayHello = () => 'nobody joined';",
      '// two people',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source under test
      'const text = `${count} of them came back after ${format(`in words ${x}`)}`;',
    ].join('\n');
    expect(summary('packages/x/src/y.ts', source)).toEqual([
      'comment 1: everybody',
      'text 2: nobody',
      'comment 3: people',
      'text 4: came back',
      'text 4: in words',
      'identifier 2: say',
    ]);
  });

  it('leaves code, import paths and regular expressions alone', () => {
    const source = [
      "import { people } from './people.ts';",
      "const nobody = /it's nobody's/.test(a) || b / people / 2;",
      "const { told } = await import('./told.ts');",
    ].join('\n');
    expect(summary('packages/x/src/y.ts', source)).toEqual([]);
  });

  it('finds a phrase that is wrapped within a comment', () => {
    expect(summary('packages/x/src/y.ts', '/**\n * A participant came\n * back.\n */')).toEqual([
      'comment 2: came\n * back',
    ]);
  });

  it('reads Rust, with lifetimes, and its public names', () => {
    const source =
      "/// Told to nobody.\npub fn tell<'a>(x: &'a str) -> char { 'p' }\nlet s = \"people\";";
    expect(summary('packages/x/crate/src/a.rs', source)).toEqual([
      'comment 1: nobody',
      'comment 1: Told',
      'text 3: people',
      'identifier 2: tell',
    ]);
  });

  it('reads pages, YAML and what dashboards show', () => {
    expect(summary('docs/a.md', 'First.\nWho is not steady is told.')).toEqual(['docs 2: told']);
    expect(summary('chaos/a.yaml', 'description: half of the people')).toEqual(['docs 1: people']);
    expect(
      summary('dashboards/a.json', '{ "title": "Rooms and people", "uid": "people" }'),
    ).toEqual(['docs 1: people']);
    expect(summary('fixtures/a.json', '{ "title": "Rooms and people" }')).toEqual([]);
  });

  it('finds words in file names', () => {
    expect(summary('packages/x/src/tell-story.ts', '')).toEqual(['file 1: tell', 'file 1: story']);
  });

  it('counts everything within tests as test', () => {
    expect(summary('packages/x/src/y.test.ts', "it('nobody leaves', () => {});")).toEqual([
      'test 1: nobody',
    ]);
  });

  it('skips files on the list, and single lines with a reason', () => {
    const source = "const a = 'nobody';\nconst b = 'nobody:x:65534';";
    const own = createFinder({
      ...shipped,
      skip: [{ path: 'vendor/', reason: 'not written here' }],
      exceptions: [
        {
          path: 'packages/x/src/y.ts',
          line: 'nobody:x:65534',
          reason: 'the name of a user on Linux',
        },
      ],
    });
    expect(own('vendor/y.ts', source)).toEqual([]);
    expect(own('packages/x/src/y.ts', source).map(({ line }) => line)).toEqual([1]);
  });

  it.each([
    'There is no room.',
    'Participants rejoin after 5 s.',
    'The healthy backends are up.',
    'The server forwards media to subscribers.',
    'It backs off; loss is due to the network.',
    'The fault is no longer active.',
    'a tell-tale sign',
  ])('does not object to plain English: %s', (text) => {
    expect(find('docs/a.md', text)).toEqual([]);
  });

  it.each([
    ['is no lab', 'This is no lab of yours.'],
    ['heal', 'swarm chaos heal'],
    ['got in', 'Nine got in.'],
    ['are due', 'until all are due'],
  ])('finds %s', (found, text) => {
    expect(find('docs/a.md', text).map((finding) => finding.found)).toContain(found);
  });

  it('gives a reason for every skipped file and every exception', () => {
    for (const { reason } of [...shipped.skip, ...shipped.exceptions]) expect(reason).toMatch(/\w/);
  });
});

describe('wordsOf', () => {
  it.each([
    ['sayParams', 'say params'],
    ['tell-story', 'tell story'],
    ['DRILL_PEOPLE', 'drill people'],
    ['essay', 'essay'],
  ])('%s: %s', (name, words) => expect(wordsOf(name)).toBe(words));
});
