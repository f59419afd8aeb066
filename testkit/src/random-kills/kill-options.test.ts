import { expect, test } from 'vitest';
import { readKillOptions } from './kill-options.ts';
import { KILLED } from './random-kills.ts';

test('defaults to 200 kills of all kinds, with seed 1', () =>
  expect(readKillOptions([])).toEqual({ count: 200, seed: 1, only: KILLED }));

test('reads names, a number and a seed', () =>
  expect(readKillOptions(['--count', '3', '--seed', '0', '--only', 'exporter, injection'])).toEqual(
    { count: 3, seed: 0, only: ['injection', 'exporter'] },
  ));

test.each([
  [['--only', 'injection,exportr'], '--only: unknown name "exportr"', KILLED.join(', ')],
  [['--only', ''], '--only: unknown name ""', KILLED.join(', ')],
  [['--count', 'many'], '--count=many is not a whole number', '1'],
  [['--count', '0'], '--count=0 is not a whole number', '1'],
  [['--count', ''], '--count= is not a whole number', '1'],
  [['--seed', '1.5'], '--seed=1.5 is not a whole number', '0'],
  [['--seed=-1'], '--seed=-1 is not a whole number', '0'],
  [['--seeds', '1'], '--seeds', '--count, --seed, --only'],
  [['exporter'], 'exporter', '--count, --seed, --only'],
] as const)('%j is refused, with what is allowed', (args, message, hint) => {
  const read = (): unknown => readKillOptions(args);
  expect(read).toThrow(expect.objectContaining({ code: 'usage' }));
  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }));
});
