import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const step = z.looseObject({
  id: z.string().optional(),
  if: z.string().optional(),
  run: z.string().optional(),
});
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

describe('the sources that the example fetches', () => {
  const { jobs } = workflow.parse(parse(read(EXAMPLE)));
  const runOf = (job: string): string =>
    jobs[job]?.steps.find(({ id }) => id === 'sources')?.run ?? '';
  const nameSources = (sources: string) => {
    const dir = mkdtempSync(join(tmpdir(), 'ci-example-'));
    const output = join(dir, 'output');
    writeFileSync(output, '');
    try {
      const { status, stdout } = spawnSync('bash', ['-e', '-c', runOf('pull-request')], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, SOURCES: sources, GITHUB_OUTPUT: output },
      });
      return { status, stdout, output: readFileSync(output, 'utf8') };
    } finally {
      rmSync(dir, { recursive: true });
    }
  };

  it('are named by the same step in both jobs', () => {
    expect(runOf('pull-request')).not.toBe('');
    expect(runOf('nightly')).toBe(runOf('pull-request'));
  });

  it('have a name, or the job fails before a checkout, as for a fork', () => {
    const { status, stdout, output } = nameSources('');
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(stdout).toMatch(/^::error .*LIVEKIT_SWARM_REPOSITORY is empty.*forks/);
  });

  it('are those of the variable', () => {
    expect(nameSources('team/swarm')).toEqual({
      status: 0,
      stdout: '',
      output: 'repository=team/swarm\n',
    });
  });
});
