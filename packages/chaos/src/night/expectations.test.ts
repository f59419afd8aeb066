import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDrill } from '../drill/parse-drill.ts';
import { FAULTS } from '../faults/index.ts';
import { parseExpectations } from './expectations.ts';

const parse = (text: string) => parseExpectations(text, 'expectations.yaml');

describe('a file of expectations', () => {
  it('has one outcome for a drill, or a list', () => {
    const read = parse(`
drills:
  kill: { outcome: passed }
  hang:
    - { outcome: failed, reasons: [split_brain, not_recovered] }
    - { outcome: passed }
`);
    expect(read.get('kill')).toEqual([{ outcome: 'passed', reasons: [] }]);
    expect(read.get('hang')).toHaveLength(2);
    expect(read.get('other')).toBeUndefined();
  });

  it.each([
    ['', /expectations\.yaml/],
    ['drill: {}', /drill/],
    ['drills: { a: { outcome: broken } }', /outcome/],
    ['drills: { a: { outcome: failed, reasons: [split] } }', /split/],
    ['drills: { a: { outcome: passed, reasons: [split_brain] } }', /passed has no reasons/],
    ['drills: { a: [] }', /a/],
  ])('refuses %j', (text, why) => {
    expect(() => parse(text)).toThrow(why);
  });
});

describe('the expectations of the included drills', async () => {
  const folder = join(import.meta.dirname, '../../../../chaos');
  const included = parse(await readFile(join(folder, 'night/expectations.yaml'), 'utf8'));

  it.each([...included.keys()])('%s: it fails by its known failures only', async (name) => {
    const file = join(folder, `${name}.yaml`);
    const { knownFailures } = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
    const { always = [], sometimes = [] } = knownFailures ?? {};
    const known: readonly string[] = [...always, ...sometimes];
    const outcomes = included.get(name) ?? [];
    expect(
      outcomes.flatMap(({ reasons }) => reasons).filter((one) => !known.includes(one)),
    ).toEqual([]);
  });
});
