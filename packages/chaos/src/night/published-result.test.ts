import { expect, it } from 'vitest';
import type { KnownFailures } from '../drill/drill.ts';
import { parseExpectations } from './expectations.ts';
import { publishedResult } from './published-result.ts';

const PUBLISHED = parseExpectations(
  `
drills:
  seen: { outcome: passed }
  busy: { outcome: inconclusive, reasons: [generator_impaired] }
  varies:
    - { outcome: passed }
    - { outcome: failed, reasons: [split_brain] }
`,
  'expectations.yaml',
);

const failures = (lists: Pick<KnownFailures, 'always' | 'sometimes'>): KnownFailures => ({
  ...{ serverVersion: '1.13.4', reason: 'It does.' },
  ...lists,
});

it.each([
  ['seen', null, 'passes'],
  ['never', null, 'no_result'],
  ['busy', null, 'no_result'],
  ['varies', null, 'may_fail'],
  ['never', failures({ always: ['split_brain'], sometimes: [] }), 'fails'],
  ['never', failures({ always: [], sometimes: ['split_brain'] }), 'may_fail'],
] as const)('the drill %s with known failures %j: %s', (name, knownFailures, result) => {
  expect(publishedResult({ name, knownFailures }, PUBLISHED)).toBe(result);
});
