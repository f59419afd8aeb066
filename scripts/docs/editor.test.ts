import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LanguageServer, startLanguageServer } from './testing/language-server.ts';

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

let editor: LanguageServer;
beforeAll(async () => {
  editor = await startLanguageServer();
}, 30_000);
afterAll(() => editor.stop());

const chaos = fileURLToPath(new URL('../../chaos/', import.meta.url));
const drills = readdirSync(chaos).filter((name) => name.endsWith('.yaml'));

describe('an editor with the YAML language server, at drills', () => {
  // Several at a time: the server waits for 200 ms after each change, as it does while one types.
  it.concurrent.each(drills)('accepts %s', async (name) => {
    expect(await editor.diagnose(chaos, readFileSync(join(chaos, name), 'utf8'))).toEqual([]);
  });

  const SCHEMA = '# yaml-language-server: $schema=../packages/chaos/schema/drill.schema.json';

  it.each([
    ['a key', 'fautls: []', /fautls/],
    ['a key of the load', 'load: { rums: 3 }', /rums/],
    ['a fault', 'faults: [{ fault: kil, target: redis }]', /kil/],
    [
      'what a fault wants to know',
      'faults: [{ fault: packet-loss, target: room-node, for: 3s, with: { los: 3% } }]',
      /los/,
    ],
    ['a duration without a unit', 'recovery: 30', /type|string/i],
    ['a metric', 'thresholds: { jiter: [max<3] }', /jiter/],
  ])('flags %s', async (_what, text, message) => {
    const rest = text.startsWith('faults') ? '' : '\nfaults: []';
    const found = await editor.diagnose(chaos, `${SCHEMA}\ndrill: x${rest}\n${text}\n`);
    expect(found.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message);
  });

  it('offers keys, faults and targets', async () => {
    const text = `${SCHEMA}\ndrill: x\n\nfaults:\n  - fault: \n    target: \n`;
    expect(await editor.complete(chaos, text, 2, 0)).toContain('objectives');
    expect(await editor.complete(chaos, text, 4, 11)).toContain('blackhole');
    expect(await editor.complete(chaos, text, 5, 12)).toContain('room-node');
  });
});

describe('an editor with the YAML language server', () => {
  it('finds the files of the library', () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it.concurrent.each(files)('accepts %s', async (name) => {
    expect(await editor.diagnose(folder, read(name))).toEqual([]);
  });

  const [first = ''] = files;
  const misspelt: [string, string, RegExp][] = [
    ['a key of the file', 'sede: 3', /sede/],
    [
      'a key of a group',
      'groups: { a: { executor: constant-rooms, rooms: 1, duraton: 3s, duration: 3s, roles: {} } }',
      /duraton/,
    ],
    [
      'a key of a role',
      'groups: { a: { executor: constant-rooms, rooms: 1, duration: 3s, roles: { x: { cuont: 1 } } } }',
      /cuont/,
    ],
    [
      'a duration without a unit',
      'groups: { a: { executor: constant-rooms, rooms: 1, duration: 30, roles: {} } }',
      /type|string/i,
    ],
    ['a metric', 'thresholds: { join_tiem: [rate<1] }', /join_tiem/],
    ['a key of a scale', 'scales: { small: { groups: { a: { roms: 3 } } } }', /roms/],
  ];

  it.each(misspelt)('flags %s', async (_what, text, message) => {
    const schema = read(first).split('\n')[0];
    const rest = text.startsWith('groups') ? '' : '\ngroups: {}';
    const found = await editor.diagnose(folder, `${schema}\nscenario: x${rest}\n${text}\n`);
    expect(found.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message);
  });

  it('flags a misspelt key in a copy of a file of the library, in its line', async () => {
    const lines = read(first).split('\n');
    const line = lines.findIndex((text) => text.includes('executor:'));
    const broken = lines
      .with(line + 1, lines[line + 1]?.replace(/\w+:/, 'duratoin:') ?? '')
      .join('\n');
    const found = await editor.diagnose(folder, broken);
    expect(found.map(({ range }) => range.start.line)).toContain(line + 1);
    expect(found.map(({ message }) => message).join('\n')).toContain('duratoin');
  });

  it('offers the keys of an executor, and the metrics', async () => {
    const schema = read(first).split('\n')[0];
    const text = `${schema}\nscenario: x\ngroups:\n  a:\n    executor: timetable\n    \nthresholds:\n  \n`;
    expect(await editor.complete(folder, text, 5, 4)).toContain('lessons');
    expect(await editor.complete(folder, text, 7, 2)).toContain('join_time');
  });
});
