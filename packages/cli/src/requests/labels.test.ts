import { expect, it } from 'vitest';
import { readLabels } from './labels.ts';

it('reads names and values', () => {
  expect(readLabels(['region=eu', 'rack=a=1'])).toEqual({ region: 'eu', rack: 'a=1' });
});

it.each([[['region']], [['=eu']], [['region=']], [['region=eu', 'region=us']]])(
  'refuses %j',
  (texts) => {
    expect(() => readLabels(texts)).toThrow(/--label .*: (must be NAME=VALUE|region has a value)/);
  },
);
