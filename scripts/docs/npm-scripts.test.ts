import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
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
        /\bnpm (?:run )?(?:--silent )?(test\b|start\b|(?<=run (?:--silent )?)\w[\w:-]*)/g,
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

it('CI runs the checks and the tests', () => {
  const workflow = z
    .object({
      jobs: z.record(
        z.string(),
        z.object({ steps: z.array(z.object({ run: z.string().optional() })) }),
      ),
    })
    .parse(parse(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')));
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => scriptsIn(run ?? '')),
  );
  expect(runs).toEqual(expect.arrayContaining(['check', 'test']));
  expect(runs.filter((name) => !known.has(name))).toEqual([]);
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
