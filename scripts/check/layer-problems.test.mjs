import { expect, test } from 'vitest';
import { layerProblems, packageImports, unusedPermissions } from './layer-problems.mjs';

const below = { settings: [], metrics: ['settings'], scenario: ['metrics'] };

/** @param {string} text @param {string} [path] */
const problemsOf = (text, path = 'packages/metrics/src/a/b.ts') =>
  layerProblems([{ path, package: path.split('/')[1] ?? '', text }], below);

test('imports of packages below, directly or not, are fine', () => {
  expect(
    problemsOf("import { a } from '@livekit-swarm/settings';", 'packages/scenario/src/a.ts'),
  ).toEqual([]);
  expect(problemsOf("import { c } from './c.ts';\nimport { d } from '../d.ts';")).toEqual([]);
});

test.each([
  ["import { a } from '@livekit-swarm/scenario';", 'metrics must not import scenario'],
  ["import { a } from '@livekit-swarm/testkit/x';", 'metrics must not import testkit'],
  ["const a = await import('@livekit-swarm/scenario');", 'metrics must not import scenario'],
  ["import '../../../settings/src/x.ts';", "a file past the package's entry"],
])('%s: %s', (text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
});

test('a launcher must not import scripts of the checkout', () => {
  expect(
    problemsOf("import { main } from '../../../scripts/x.mjs';", 'packages/scenario/bin/a.mjs'),
  ).toEqual([expect.stringContaining("a file past the package's entry")]);
  expect(problemsOf("import '../launch/x.mjs';", 'packages/scenario/bin/a.mjs')).toEqual([]);
});

test('a package without a layer is a problem', () => {
  expect(problemsOf('', 'packages/other/src/a.ts')).toEqual([
    expect.stringContaining('has no layer'),
  ]);
});

/** @param {string} text */
const scenario = (text) => [{ path: 'packages/scenario/src/a.ts', package: 'scenario', text }];

test('a permission that no import uses is a problem', () => {
  const layers = { scenario: ['metrics'] };
  expect(
    unusedPermissions(scenario("import { a } from '@livekit-swarm/settings';"), layers),
  ).toEqual([expect.stringContaining('scenario may import metrics, and does not')]);
  expect(
    unusedPermissions(scenario("import type { A } from '@livekit-swarm/metrics';"), layers),
  ).toEqual([]);
});

test('imports of types alone differ from those of code', () => {
  const text = `import type { A } from '@livekit-swarm/metrics';
import type {
  B,
} from '@livekit-swarm/settings/errors';
import { c } from '@livekit-swarm/settings';
import { d } from '@livekit-swarm/scenario/test';`;
  expect(packageImports(scenario(text))).toEqual(
    new Map([
      [
        'scenario',
        new Map([
          ['metrics', 'types'],
          ['settings', 'code'],
        ]),
      ],
    ]),
  );
});
