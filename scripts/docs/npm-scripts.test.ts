import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { QUARTERS } from '../test/rotation.mjs';
import { markdownPages, readPage, root } from './testing/markdown-pages.ts';

const packageFile = z.object({ scripts: z.record(z.string(), z.string()).default({}) });
const known = new Set(
  globSync(['package.json', 'packages/*/package.json'], { cwd: root }).flatMap((file) =>
    Object.keys(packageFile.parse(JSON.parse(readFileSync(join(root, file), 'utf8'))).scripts),
  ),
);

/** Names of scripts that a text runs: `npm run NAME`, `npm test`, `npm start`. */
const scriptsIn = (text: string): string[] => [
  ...new Set(
    [
      ...text.matchAll(
        /\bnpm (?:run )?(?:--silent )?((?<=run (?:--silent )?)\w[\w:-]*|test\b|start\b)/g,
      ),
    ].map(([, name = '']) => name),
  ),
];

it.each(markdownPages().filter((page) => scriptsIn(readPage(page)).length > 0))(
  '%s runs scripts that exist',
  (page) => {
    expect(scriptsIn(readPage(page)).filter((name) => !known.has(name))).toEqual([]);
  },
);

const workflowFile = z.object({
  jobs: z.record(
    z.string(),
    z.object({ steps: z.array(z.object({ run: z.string().optional() })) }),
  ),
});
const commandsOf = (workflow: string): string[] =>
  Object.values(
    workflowFile.parse(parse(readFileSync(join(root, '.github/workflows', workflow), 'utf8'))).jobs,
  ).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));

it('CI runs the checks and all tests of a change', () => {
  const commands = commandsOf('ci.yml');
  expect(commands.flatMap(scriptsIn)).toContain('check');
  expect(commands.some((command) => command.endsWith(' .ci/run'))).toBe(true);
  expect(scriptsIn(readFileSync(join(root, '.ci/run'), 'utf8'))).toEqual(['test', 'test:all']);
});

it.each(globSync('.github/workflows/*.yml', { cwd: root }).map((file) => basename(file)))(
  'the workflow %s runs scripts and files that exist',
  (workflow) => {
    const commands = commandsOf(workflow);
    expect(commands.flatMap(scriptsIn).filter((name) => !known.has(name))).toEqual([]);
    for (const [file] of commands.join('\n').matchAll(/(?<= )\.ci\/\w+/g))
      expect(existsSync(join(root, file)), file).toBe(true);
  },
);

it('the nightly workflow runs every quarter, the longest tests and Kubernetes', () => {
  const text = readFileSync(join(root, '.github/workflows/nightly.yml'), 'utf8');
  expect(text).toContain('quarter: [1, 2, 3, 4]');
  expect(text).toContain('--only-nightly');
  expect(commandsOf('nightly.yml').flatMap(scriptsIn)).toContain('test:kubernetes');
});

it('CI tries the oldest Node and Rust that are supported', () => {
  const text = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8');
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const crate = readFileSync(join(root, 'packages/webrtc/crate/Cargo.toml'), 'utf8');
  expect(engines.node).toBe(`>=${/node-version: '(.*)'/.exec(text)?.[1]}`);
  expect(/RUSTUP_TOOLCHAIN: (.*)\.0\n/.exec(text)?.[1]).toBe(
    /rust-version = "(.*)"/.exec(crate)?.[1],
  );
});

it.each(['bug.yml', 'feature.yml'])(
  'the issue form %s has the fields that GitHub requires',
  (name) => {
    const form = z.object({
      name: z.string(),
      description: z.string(),
      body: z
        .array(
          z.object({
            type: z.string(),
            id: z.string(),
            attributes: z.looseObject({ label: z.string() }),
          }),
        )
        .min(1),
    });
    const { body } = form.parse(
      parse(readFileSync(join(root, '.github/ISSUE_TEMPLATE', name), 'utf8')),
    );
    expect(new Set(body.map(({ id }) => id)).size).toBe(body.length);
  },
);

it('no job runs every test: together they take as long as a job may', () => {
  for (const file of globSync('.github/workflows/*.yml', { cwd: root }))
    for (const command of commandsOf(basename(file)))
      expect(command, file).not.toMatch(/npm run test:all(?! -- )/);
  const { jobs } = z
    .object({
      jobs: z.object({
        long: z.object({
          strategy: z.object({
            matrix: z.object({ include: z.array(z.object({ args: z.string() })) }),
          }),
        }),
      }),
    })
    .parse(parse(readFileSync(join(root, '.github/workflows/weekly.yml'), 'utf8')));
  const quarters = Array.from({ length: QUARTERS }, (_, index) => `--quarter ${index + 1}`);
  expect(jobs.long.strategy.matrix.include.map(({ args }) => args)).toEqual([
    ...quarters,
    '--only-nightly',
  ]);
});
