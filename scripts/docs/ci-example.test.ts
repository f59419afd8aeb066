import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const step = z.looseObject({ if: z.string().optional(), run: z.string().optional() });
const workflow = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(step) })),
});

/** YAML blocks of the pages that contain steps of a workflow. */
const stepsOfPages = readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) =>
    [...read(`docs/${path}`).matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, text = '']) => ({
      path,
      text,
    })),
  )
  .filter(({ text }) => text.includes('gh pr comment'))
  .map(({ path, text }) => ({
    path,
    steps: z.array(step).parse(parse(text)),
  }));

const EXAMPLE = 'examples/ci/.github/workflows/quality-gate.yml';

it.each([
  {
    path: EXAMPLE,
    steps: Object.values(workflow.parse(parse(read(EXAMPLE))).jobs).flatMap(({ steps }) => steps),
  },
  ...stepsOfPages,
])('$path: comments only where the token can write, so not for a fork', ({ steps }) => {
  const comments = steps.filter(({ run = '' }) => /gh pr (comment|review)|gh api/.test(run));
  expect(comments).toHaveLength(1);
  for (const { if: condition = '' } of comments)
    expect(condition).toContain(
      'github.event.pull_request.head.repo.full_name == github.repository',
    );
});
