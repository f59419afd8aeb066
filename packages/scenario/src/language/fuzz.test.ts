import { readdirSync, readFileSync } from 'node:fs';
import {
  formatThreshold,
  metricNames,
  parseThreshold,
  readThreshold,
} from '@livekit-swarm/metrics';
import { hasErrorCode } from '@livekit-swarm/settings';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { arbitraryScenario } from '../../test/support/arbitrary-scenario.ts';
import { executorNames } from '../executors/registry.ts';
import { readScenario } from './parse-scenario.ts';
import { formatScenario } from './write/format-scenario.ts';

/** Limit on the CPU time for any text, ms. */
const MAX_MS = 5_000;

/** CPU time of this thread, ms: other processes on the machine do not count. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/**
 * Read a text. It must be valid, or fail soon with SwarmError `invalid_file`. Returns true if it is
 * valid.
 */
const survives = (text: string, scale?: string): boolean => {
  let fine = true;
  const start = cpuMs();
  try {
    readScenario(text, { file: 'fuzz.yaml', scale });
  } catch (error) {
    if (!hasErrorCode(error, 'invalid_file')) throw error;
    fine = false;
    expect(error.problems.length).toBeGreaterThan(0);
    const lines = text.split('\n');
    for (const { line, column, path, message, hint } of error.problems) {
      expect(line).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThan(0);
      expect(column).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1);
      // Messages use the terms of the language, not those of a library.
      expect(message).not.toMatch(/Invalid input|undefined|\[object/);
      // No control characters of the file reach a terminal.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(`${path}${message}${hint}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  }
  expect(cpuMs() - start).toBeLessThan(MAX_MS);
  return fine;
};

const folder = new URL('../../../../scenarios/', import.meta.url);
const library = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Every word of the language and of the library. */
const words = [...new Set(library.flatMap((text) => text.match(/[\w@{}:<()=.*/-]+/g) ?? []))];

const scalar = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(
    '30',
    '30s',
    '0s',
    '-1s',
    '1e999',
    '~',
    '',
    'yes',
    '.nan',
    '.inf',
    '-.inf',
    '<<',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Any YAML tree with keys and values of the language. */
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    scalar,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: fc.string() },
      ),
      tie('node'),
      { maxKeys: 5 },
    ),
  ),
})).node;

/** Scenarios with the right shape, and any values. */
const shaped = fc.record(
  {
    scenario: fc.oneof(fc.constant('x'), tree),
    seed: tree,
    tags: tree,
    profiles: fc.oneof(fc.dictionary(fc.constantFrom('camera', 'audio', '__proto__'), tree), tree),
    groups: fc.dictionary(
      fc.constantFrom('calls', 'rooms', 'constructor', '7'),
      fc.record(
        {
          executor: fc.constantFrom(...executorNames(), 'x'),
          rooms: fc.oneof(fc.constantFrom(1, 3), tree),
          duration: fc.oneof(fc.constant('9s'), tree),
          stages: fc.oneof(
            fc.array(fc.record({ duration: fc.constantFrom('9s', '0s', 9), target: scalar }), {
              maxLength: 3,
            }),
            tree,
          ),
          lessons: fc.oneof(
            fc.array(
              fc.record({
                at: fc.constant('0s'),
                rooms: scalar,
                duration: fc.constant('9s'),
                repeat: tree,
              }),
            ),
            tree,
          ),
          rate: scalar,
          timeUnit: fc.oneof(fc.constantFrom('1s', '1ms'), tree),
          roomDuration: fc.oneof(
            fc.constant('9s'),
            fc.record({ uniform: tree }, { requiredKeys: [] }),
            tree,
          ),
          sessionDuration: fc.oneof(fc.constantFrom('9s', '1ms'), tree),
          replacementDelay: tree,
          room: tree,
          roles: fc.oneof(
            fc.dictionary(
              fc.constantFrom('a', 'b'),
              fc.record(
                { count: scalar, publish: tree, layout: scalar, network: tree, grants: tree },
                { requiredKeys: [] },
              ),
            ),
            tree,
          ),
        },
        { requiredKeys: ['executor'] },
      ),
    ),
    windows: fc.oneof(
      fc.array(fc.record({ name: scalar, from: scalar, to: scalar }, { requiredKeys: [] })),
      tree,
    ),
    thresholds: fc.oneof(
      fc.dictionary(fc.constantFrom(...words.filter((word) => /[a-z]_[a-z]/.test(word))), tree),
      tree,
    ),
    scales: fc.oneof(fc.dictionary(fc.constantFrom('small', 'large'), tree), tree),
  },
  { requiredKeys: [] },
);

/**
 * Relative position in a text or a list, with equal chances. Not a double, as most doubles below 1
 * are close to 0.
 */
const share = fc.nat({ max: 9_999 }).map((part) => part / 10_000);

/** Texts with parts removed, duplicated or inserted from other texts. */
const mutated = fc
  .tuple(
    fc.constantFrom(...library),
    fc.array(
      fc.record({
        at: share,
        take: fc.integer({ min: 0, max: 30 }),
        put: fc.oneof(
          fc.constant(''),
          fc.constantFrom(...words),
          fc.constantFrom(
            '\n',
            '  ',
            '\t',
            ':',
            '- ',
            '[',
            ']',
            '{',
            '}',
            '&a ',
            '*a',
            '<<: *a',
            '|',
            '>',
            '#',
            '"',
            "'",
            '!!str ',
            '---\n',
            '...\n',
            '%YAML 1.1\n',
            '\0',
            '\uFEFF',
            '\u2028',
            '? ',
          ),
          fc.string({ unit: 'binary', maxLength: 5 }),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([text, cuts]) =>
    cuts.reduce((now, { at, take, put }) => {
      const from = Math.floor(at * now.length);
      return now.slice(0, from) + put + now.slice(from + take);
    }, text),
  );

/** Values that are valid for some key. */
const plausible = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    2,
    100_000,
    -1,
    0.5,
    '0s',
    '1ms',
    '900ms',
    '9s',
    '30s',
    '10m',
    '7h',
    '50/s',
    '0.001/s',
    true,
    false,
    null,
    [],
    {},
  ),
  fc.constantFrom(
    'audio',
    'video',
    'camera',
    'all',
    'none',
    'audio-only',
    'grid:1',
    '1000/s:20B',
    'weak-4g',
    '720p',
    'h264',
    'joining',
    'stage-1',
    'p(95)<1',
    'rate<1',
  ),
  fc.constantFrom<unknown>(
    { uniform: ['1ms', '9s'] },
    { exponential: '1ms' },
    { lognormal: { median: '1h', sigma: 3 } },
    [{ screen: '1080p' }],
    { count: 0 },
  ),
);

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null;

const placesIn = (value: Container): [Container, string][] =>
  Object.entries(value).flatMap(([key, inner]) => [
    [value, key] as [Container, string],
    ...(isContainer(inner) ? placesIn(inner) : []),
  ]);

const slips = fc.array(fc.tuple(share, plausible), {
  minLength: 1,
  maxLength: 3,
});

/** Text of a file with some of its values changed. */
const withSlips = (text: string, changes: readonly (readonly [number, unknown])[]): string => {
  const value = parse(text) as Container;
  for (const [at, change] of changes) {
    const places = placesIn(value);
    const [container, key] = places[Math.floor(at * places.length)] ?? [value, 'scenario'];
    Reflect.set(container, key, structuredClone(change));
  }
  return stringify(value, { aliasDuplicateObjects: false });
};

describe('any input for a scenario', () => {
  it('is read or rejected with problems: any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void survives(text)),
      propertyRuns(500),
    );
  }, 60_000);

  it('is read or rejected with problems: any tree', () => {
    fc.assert(
      fc.property(tree, (value) => void survives(stringify(value) ?? '')),
      propertyRuns(500),
    );
  }, 60_000);

  it('is read or rejected with problems: anything in the shape of a scenario', () => {
    fc.assert(
      fc.property(shaped, (value) => void survives(stringify(value))),
      propertyRuns(300),
    );
  }, 60_000);

  it('is read or rejected with problems: a file of the library with a few slips', () => {
    fc.assert(
      fc.property(mutated, (text) => void survives(text, 'small')),
      propertyRuns(1_000),
    );
  }, 60_000);

  it('is read or rejected with problems: a file with a few values changed', () => {
    const texts = fc.oneof(
      fc.constantFrom(...library),
      arbitraryScenario.map((scenario) => formatScenario(scenario)),
    );
    let fine = 0;
    fc.assert(
      fc.property(texts, slips, (text, changes) => {
        if (survives(withSlips(text, changes))) fine++;
      }),
      // Always all of them: one in two hundred is valid.
      { numRuns: 1_000 },
    );
    // Without valid files, the test would never get beyond the schema.
    expect(fine).toBeGreaterThan(5);
  }, 120_000);

  it('is scaled or rejected with problems: any scale', () => {
    const scales = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.constantFrom('small', '0', '-1', '1e3', '1000', '.5', '0.0000001', '__proto__'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...library.slice(1)),
        scales,
        (text, scale) => void survives(text, scale),
      ),
      propertyRuns(200),
    );
  }, 60_000);
});

describe('any input for a threshold', () => {
  const pieces = fc.oneof(
    fc.constantFrom(...metricNames()),
    fc.constantFrom(
      '{',
      '}',
      '@',
      '*',
      ':',
      '.',
      '..',
      ' ',
      ',',
      'kind',
      'audio',
      'role',
      'p(95)',
      'p95',
      'rate',
      'count',
      '<',
      '>=',
      '===',
      '!=',
      '1',
      '-1e9',
      '1e999',
      '%',
      'ms',
      '10s',
      'abortOnFail',
      'after',
      'steady',
      '__proto__',
      'constructor',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
    fc
      .tuple(fc.constantFrom(...metricNames()), fc.array(pieces, { maxLength: 6 }))
      .map(([metric, some]) => metric + some.join('')),
    fc
      .constantFrom('(', '1', ' ', '{kind:audio,', 'p(')
      .map((piece) => `join_time: ${piece.repeat(20_000)}`),
  );

  it('is read or rejected with a problem, and is written in the form in which it was read', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const start = cpuMs();
        const { threshold, problem } = readThreshold(text);
        if (problem === null) expect(parseThreshold(formatThreshold(threshold))).toEqual(threshold);
        else {
          expect(problem.position).toBeGreaterThanOrEqual(0);
          expect(problem.position).toBeLessThanOrEqual(text.length);
        }
        expect(cpuMs() - start).toBeLessThan(MAX_MS);
      }),
      propertyRuns(3_000),
    );
  }, 60_000);
});
