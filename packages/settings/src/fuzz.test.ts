import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { formatProblem } from './problem.ts';
import { readSettings } from './read-settings.ts';
import { duration, text, whole } from './schema/leaves.ts';
import { strict } from './schema/strict.ts';
import { hasErrorCode } from './swarm-error.ts';

/** Fixed seed, so that a failure is caused by the change under test. */
const SEED = 20_261;

const schema = strict({
  listen: text(100, 'an address').optional(),
  every: duration(1_000).optional(),
  limits: strict({ requests: whole(1, 10) }).optional(),
});
const options = { file: 'exporter.yaml', noun: 'configuration', begin: 'write listen: …' };

/**
 * Reads a text.
 * @returns null if it is refused with problems at places in it; any other error is a defect
 */
const read = (yaml: string): unknown => {
  try {
    return readSettings(yaml, schema, options).value;
  } catch (error) {
    if (!hasErrorCode(error, 'invalid_file')) throw error;
    const lines = yaml.split('\n');
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      const line = problem.line === null ? undefined : lines[problem.line - 1];
      expect(line).toBeDefined();
      expect(problem.column).toBeGreaterThan(0);
      expect(problem.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
      expect(formatProblem(problem)).not.toMatch(/undefined|\[object|Invalid input|\n {4}at /);
    }
    return null;
  }
};

const words = fc.oneof(
  fc.constantFrom('listen', 'every', 'limits', 'requests', '30s', '3', '127.0.0.1:80', 'x-often'),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '<<',
    '&a',
    '*a',
    '- ',
    ': ',
    '? ',
    '|',
    '>',
    '!!int ',
  ),
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '\n',
    '\n  ',
    '\t',
    '\r',
    '\0',
    '\uFEFF',
    '\u2028',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(words, { maxLength: 30 }).map((some) => some.join('')),
  fc.jsonValue().map((value) => stringify(value)),
);

const settings = fc.record(
  {
    listen: fc.stringMatching(/^[a-z0-9.:]{1,30}$/),
    every: fc.integer({ min: 1, max: 3_600 }).map((seconds) => `${seconds}s`),
    limits: fc.record({ requests: fc.integer({ min: 1, max: 10 }) }),
  },
  { requiredKeys: ['limits'] },
);

describe('any text read as settings', () => {
  it('is read, or refused with problems at places in the text', () => {
    fc.assert(
      fc.property(texts, (yaml) => void read(yaml)),
      { numRuns: 1_000, seed: SEED },
    );
  });

  it('is read completely in blocks, flow style, quotes and anchors', () => {
    const styles = fc.record({
      collectionStyle: fc.constantFrom('any', 'block', 'flow'),
      indent: fc.integer({ min: 2, max: 8 }),
      defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'),
    });
    fc.assert(
      fc.property(settings, styles, (value, style) => {
        const yaml = stringify({ ...value, 'x-copy': value.limits }, style);
        const { every, ...rest } = value;
        expect(read(yaml)).toEqual({
          ...rest,
          ...(every !== undefined && { every: Number.parseInt(every, 10) * 1_000 }),
        });
        expect(parse(yaml)).toMatchObject(value);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});
