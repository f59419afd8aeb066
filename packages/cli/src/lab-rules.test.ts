import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRules } from './lab-rules.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'swarm-rules-')));
  writeFileSync(join(dir, 'mine.rules.yaml'), 'groups: []\n');
});
afterEach(() => rmSync(dir, { recursive: true }));

const WITH = ['redis', 'prometheus'];

it('finds rules from where the command is given, whatever folder Prometheus reads its configuration from', () => {
  const near = relative(process.cwd(), join(dir, 'mine.rules.yaml'));
  expect(isAbsolute(near)).toBe(false);
  expect(readRules([near], WITH)).toEqual([join(dir, 'mine.rules.yaml')]);
  expect(readRules([join(dir, '*.yaml')], WITH)).toEqual([join(dir, '*.yaml')]);
  expect(readRules([], [])).toEqual([]);
});

it.each(['none.yaml', '.', '*.json'])(
  'refuses %s, which Prometheus would pass over in silence',
  (name) => {
    expect(() => readRules([join(dir, name)], WITH)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
    expect(() => readRules([join(dir, name)], WITH)).toThrow('there is no such file');
  },
);

it('rejects rules without a Prometheus', () => {
  expect(() => readRules([join(dir, 'mine.rules.yaml')], ['redis'])).toThrow(
    '--rules has no effect without a Prometheus',
  );
});
