/** The repository in examples/ci gates itself: what its workflow and its pipeline run is run here, in a copy of it. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAction, runAction } from '../support/github-action.ts';
import { runScript, type ScriptRun } from '../support/run-script.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const EXAMPLE = join(ROOT, 'examples/ci');

/** A team's checkout. */
const checkout = (): string => {
  const dir = scratch();
  cpSync(EXAMPLE, dir, { recursive: true });
  return dir;
};

/** A threshold that every run crosses: no participant joins within a microsecond. */
const spoil = (dir: string): void => {
  const file = join(dir, 'scenarios/calls.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('p(95)<2000', 'p(95)<0.001'));
};

describe('the example repository', () => {
  it('has scenario files that are fine', async () => {
    const files = readdirSync(join(EXAMPLE, 'scenarios')).map((name) =>
      join(EXAMPLE, 'scenarios', name),
    );
    const { exit, stdout, stderr } = await runSwarm(['validate', ...files]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout.match(/^✓/gm)).toHaveLength(files.length);
  });
});

describe('the workflow for GitHub', () => {
  interface Workflow {
    jobs: Record<
      string,
      { steps: { id?: string; uses?: string; with?: Record<string, string>; run?: string }[] }
    >;
  }
  const { jobs } = parse(
    readFileSync(join(EXAMPLE, '.github/workflows/quality-gate.yml'), 'utf8'),
  ) as Workflow;
  const action = readAction(join(ROOT, 'action.yml'));
  const ours = Object.values(jobs).flatMap(({ steps }) =>
    steps.filter(({ uses }) => uses?.includes('livekit-swarm')),
  );
  const gate = jobs['pull-request']?.steps.find(({ id }) => id === 'swarm')?.with ?? {};

  it('gives the action what it takes, and reads what it gives', () => {
    expect(ours).toHaveLength(2);
    for (const step of ours)
      for (const name of Object.keys(step.with ?? {}))
        expect(Object.keys(action.inputs)).toContain(name);
    const text = JSON.stringify(jobs);
    const read = [...text.matchAll(/steps\.swarm\.outputs\.([\w-]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(read.length).toBeGreaterThan(0);
    for (const name of read) expect(Object.keys(action.outputs)).toContain(name);
    for (const { steps } of Object.values(jobs))
      for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });

  it('passes while the scenarios hold', async () => {
    const workspace = checkout();
    const done = await runAction(action, { path: ROOT, inputs: gate, workspace });
    expect(done.exit, done.stderr + done.stdout).toBe(0);
    expect(done.outputs).toMatchObject({ verdict: 'passed', 'exit-code': '0' });
    const records = done.outputs.record?.split('\n') ?? [];
    expect(records).toHaveLength(2);
    for (const record of records) expect(existsSync(join(workspace, record))).toBe(true);
    expect(done.summary).toMatch(/^## ✓ 2 scenarios: all passed/);
    expect(
      readFileSync(join(workspace, 'reports/junit.xml'), 'utf8').match(/<testsuite /g),
    ).toHaveLength(2);
    expect(readdirSync(join(workspace, 'reports')).sort()).toEqual([
      'junit.xml',
      'report-calls.html',
      'report-monday-morning.html',
    ]);
  });

  it('fails when one does not', async () => {
    const workspace = checkout();
    spoil(workspace);
    const done = await runAction(action, {
      path: ROOT,
      inputs: { ...gate, scenario: 'scenarios/calls.yaml' },
      workspace,
    });
    expect(done.exit, done.stderr).toBe(99);
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'exit-code': '99' });
    expect(readFileSync(done.outputs.summary ?? '', 'utf8')).toMatch(
      /^## ✗ calls: failed \(exit 99\)[\s\S]*\| ✗ \| `join_time` \|/,
    );
    expect(done.stdout).toMatch(/^::error title=✗ calls%3A failed \(exit 99\)::/m);
  });
});

describe('the pipeline for GitLab', () => {
  interface Job {
    script: string[];
    before_script: string[];
    artifacts: { paths: string[]; reports: { junit: string; metrics: string } };
    allow_failure: { exit_codes: number };
    extends?: string;
  }
  const pipeline = parse(readFileSync(join(EXAMPLE, '.gitlab-ci.yml'), 'utf8')) as Record<
    string,
    Job
  > & {
    variables: Record<string, string>;
  };
  const job = (name: string): Job => {
    const own = pipeline[name] as Job;
    return { ...(own.extends === undefined ? {} : pipeline[own.extends]), ...own };
  };

  /** Run a job as a runner does: one script of all lines, variables in its environment. */
  const runJob = async (name: string, dir: string): Promise<ScriptRun> => {
    const { before_script, script } = job(name);
    const file = join(dir, '.job.sh');
    writeFileSync(file, [...before_script, ...script].join('\n'));
    const given = { CI: 'true', GITLAB_CI: 'true', CI_PROJECT_DIR: dir };
    return await runScript(file, dir, { ...pipeline.variables, ...given, SWARM_HOME: ROOT });
  };

  it('keeps reports and records whatever came out, and takes inconclusive for what it is', () => {
    for (const name of ['merge-request', 'nightly']) {
      const { script, artifacts, allow_failure } = job(name);
      expect(script.join(' ')).toContain(`junit=${artifacts.reports.junit}`);
      expect(script.join(' ')).toContain(`openmetrics=${artifacts.reports.metrics}`);
      expect(artifacts).toMatchObject({ when: 'always', paths: ['reports/', 'records/'] });
      expect(allow_failure).toEqual({ exit_codes: 98 });
    }
  });

  it('passes while the scenarios hold', async () => {
    const dir = checkout();
    const done = await runJob('merge-request', dir);
    expect(done.exit, done.stderr + done.stdout).toBe(0);
    expect(readFileSync(join(dir, 'reports/junit.xml'), 'utf8')).toMatch(
      /<testsuites [^>]*failures="0" errors="0"/,
    );
    expect(readdirSync(join(dir, 'records'))).toHaveLength(2);
    expect(
      readFileSync(join(dir, 'reports/metrics.txt'), 'utf8').match(/verdict="passed"\} 1$/gm),
    ).toHaveLength(2);
  });

  it('fails when one does not, and the artifact contains the threshold and the value', async () => {
    const dir = checkout();
    spoil(dir);
    const done = await runJob('merge-request', dir);
    expect(done.exit, done.stderr).toBe(99);
    expect(readFileSync(join(dir, 'reports/junit.xml'), 'utf8')).toMatch(
      /name="join_time: p\(95\)&lt;0\.001" classname="calls"[^>]*>\s*<failure message="✗ p\(95\) was [\d.]+ ms/,
    );
  });
});
