import { describe, expect, it } from 'vitest';
import { readYaml } from './read-yaml.ts';

const readText = (text: string) => readYaml(text, { noun: 'scenario', begin: 'begin' });

import { keyAt, plainOf, treeAt } from './tree.ts';

/** Reads a document as plain objects. */
const read = (text: string): unknown => {
  const { tree, problems } = readText(text);
  expect(problems).toEqual([]);
  return tree === null ? undefined : JSON.parse(JSON.stringify(plainOf(tree)));
};

const within = <T>(ms: number, work: () => T): T => {
  const start = process.cpuUsage();
  const result = work();
  // CPU time does not depend on other programs of the host.
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(ms);
  return result;
};

describe('readYaml', () => {
  it('reads YAML 1.2: yes is a string', () => {
    expect(read('a: yes\nb: true\nc: 1e3\nd: "30"\ne: ~\nf: 10:30\n')).toEqual({
      a: 'yes',
      b: true,
      c: 1000,
      d: '30',
      e: null,
      f: '10:30',
    });
  });

  it('accepts a byte order mark, the line ends of Windows and document marks', () => {
    expect(read('\uFEFF---\r\na: 1\r\nb:\r\n  - 2\r\n...\r\n')).toEqual({ a: 1, b: [2] });
  });

  it('counts columns without the byte order mark', () => {
    const { tree } = readText('\uFEFFa: 1');
    expect(tree === null ? null : treeAt(tree, ['a'])?.at).toEqual({ line: 1, column: 4 });
  });

  it('counts the lines within rejected text', () => {
    const { problems } = readText(' a: b\nc: >-\n  text\n\nd: e\n');
    expect(problems.at(-1)).toMatchObject({
      line: 5,
      column: 1,
      message: expect.stringMatching(/"d"/),
    });
  });

  it('repeats values at aliases, with their original places', () => {
    const { tree } = readText('a: &one\n  b: 1\nc: *one\n');
    expect(tree === null ? null : plainOf(tree)).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(tree === null ? null : keyAt(tree, ['c', 'b'])?.at).toEqual({ line: 2, column: 3 });
  });

  it('merges with <<, where own keys take precedence', () => {
    const text =
      'x: &x { a: 1, b: 1 }\ny: &y { b: 2, c: 2 }\nz: { <<: [*x, *y], c: 3 }\nw: { "<<": 4 }\n';
    expect(read(text)).toMatchObject({ z: { a: 1, b: 1, c: 3 }, w: { '<<': 4 } });
    expect(readText('z: { <<: 3 }').problems[0]).toMatchObject({
      line: 1,
      column: 6,
      message: '<< takes over mappings only',
    });
  });

  it('accepts any word as a key', () => {
    const { tree } = readText('__proto__: { polluted: 1 }\nconstructor: 2\n1: 3\n');
    expect(tree === null ? null : Object.keys(plainOf(tree) as object)).toEqual([
      '1',
      '__proto__',
      'constructor',
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    [
      'ten megabytes',
      'x: "'.padEnd(10 * 1_024 * 1_024, 'y'),
      /too large to be a scenario: 10240 KB/,
    ],
    ['a billion laughs', laughs(9, 10), /has more than 50000 values/],
    [
      'many small laughs',
      `a: &a [${'x,'.repeat(3_000)}]\n${Array.from({ length: 500 }, (_, index) => `b${index}: *a\n`).join('')}`,
      /has more than 50000/,
    ],
    [
      'aliases that nest',
      `a0: &a0 [x]\n${Array.from({ length: 1_000 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]\n`).join('')}`,
      /nested more than 40/,
    ],
    ['brackets without end', '['.repeat(250_000), /nested more than 40 levels/],
    ['lists without end', '- '.repeat(120_000), /nested more than 40 levels/],
    ['mappings without end', '{a: '.repeat(60_000), /nested more than 40 levels/],
    ['one key a thousand times', 'a: 1\n'.repeat(40_000), /"a" is defined twice/],
    ['many empty lists', `[${'[],'.repeat(80_000)}]`, /has more than 50000/],
    ['brackets that close nothing', '}'.repeat(260_000), /unexpected/],
    ['anchors of nothing', '&a '.repeat(80_000), /anchor/],
  ])('refuses %s fast', (_what, text, message) => {
    const { tree, problems } = within(8_000, () => readText(text));
    expect(tree).toBeNull();
    expect(problems[0]?.message).toMatch(message);
  });
});

/** Makes nested lists, each with `times` copies of the list before it. */
function laughs(levels: number, times: number): string {
  const lines = Array.from(
    { length: levels },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(times)}]`,
  );
  return `a0: &a0 [lol]\n${lines.join('\n')}\n`;
}
