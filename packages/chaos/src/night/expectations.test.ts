import { describe, expect, it } from 'vitest';
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
