import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OLDEST_NODE, readDescription, root } from './packages.ts';
import { notesIn, releaseProblems } from './release-problems.ts';
import { findTarget, RUST_TARGETS } from './targets.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}

interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  needs?: string | string[];
  strategy?: { matrix: { include: { targets?: string; rust?: string }[] } };
  steps: Step[];
}

const text = readFileSync(join(root, '.github', 'workflows', 'release.yml'), 'utf8');
const workflow = parse(text) as { permissions: object; jobs: Record<string, Job> };
const jobs = Object.entries(workflow.jobs);
const steps = jobs.flatMap(([, job]) => job.steps);

describe('the workflow of releases', () => {
  it('uses the actions of GitHub, and the installer of cosign', () => {
    // Actions of others get the identity of a release only where GitHub has none for the step.
    const others = steps.flatMap(({ uses = 'actions/' }) =>
      /^actions\//.test(uses) ? [] : [uses],
    );
    expect(others).toEqual([expect.stringMatching(/^sigstore\/cosign-installer@/)]);
  });

  it('has no write permission, except for publishing jobs, each for its own target', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const writing = jobs.filter(([, { permissions = {} }]) =>
      Object.values(permissions).includes('write'),
    );
    expect(Object.fromEntries(writing.map(([name, job]) => [name, job.permissions]))).toEqual({
      'publish-npm': { contents: 'read', 'id-token': 'write' },
      'publish-image': { contents: 'read', packages: 'write', 'id-token': 'write' },
      'publish-release': { contents: 'write', 'id-token': 'write', attestations: 'write' },
    });
    for (const [, job] of writing) expect(job.environment).toBe('release');
  });

  it('runs no script of a dependency, and needs no lasting secret', () => {
    const installs = steps.flatMap(({ run = '' }) => run.match(/npm (ci|install)\b.*/g) ?? []);
    expect(installs.length).toBeGreaterThan(5);
    for (const install of installs) expect(install).toMatch(/^npm (ci|install) --ignore-scripts/);
    expect(text).not.toMatch(/secrets\./);
  });

  it('tries the packages under the oldest Node that they accept, before they are published', () => {
    const { steps: tried = [] } = workflow.jobs['oldest-node'] ?? {};
    const node = tried.find(({ uses = '' }) => uses.includes('setup-node'))?.with?.['node-version'];
    expect(`>=${node}`).toBe(OLDEST_NODE);
    for (const name of ['publish-npm', 'publish-image'])
      expect(workflow.jobs[name]?.needs).toContain('oldest-node');
  });

  it('attests every file that it attaches to a release', () => {
    const { steps: publish = [] } = workflow.jobs['publish-release'] ?? {};
    const files = (text = '') => (text.match(/dist\/\S+/g) ?? []).toSorted();
    const attested = publish.find(({ uses = '' }) => uses.includes('attest'))?.with?.[
      'subject-path'
    ];
    const attached = publish.find(({ run = '' }) => run.includes('gh release create'))?.run;
    expect(files(attached).length).toBeGreaterThan(0);
    expect(files(attested)).toEqual(files(attached));
  });

  it('signs the image and the chart by digest', () => {
    const { steps: publish = [] } = workflow.jobs['publish-image'] ?? {};
    const signed = publish.flatMap(({ run = '' }) => run.match(/cosign sign .*/g) ?? []);
    expect(signed).toHaveLength(2);
    for (const command of signed) expect(command).toMatch(/@\$/);
  });

  it('runs only existing scripts', () => {
    const scripts = steps.flatMap(({ run = '' }) => run.match(/scripts\/[\w./-]+/g) ?? []);
    expect(scripts.length).toBeGreaterThan(8);
    for (const script of scripts) expect(existsSync(join(root, script)), script).toBe(true);
  });

  it('builds every platform once, with the Rust of that name', () => {
    const built = jobs.flatMap(([, { strategy }]) => strategy?.matrix.include ?? []);
    const targets = built.flatMap(({ targets = '' }) => targets.split(' ')).filter(Boolean);
    expect(targets.toSorted()).toEqual(Object.keys(RUST_TARGETS).toSorted());
    const rust = built.flatMap(({ rust: names = '' }) => names.split(' ')).filter(Boolean);
    expect(rust).toEqual(targets.map((name) => RUST_TARGETS[findTarget(name)]));
    const packed = steps.find(({ run = '' }) => run.includes('--part program'))?.run ?? '';
    expect([...packed.matchAll(/--target (\S+)/g)].map(([, name]) => name)).toEqual(targets);
  });
});

const FOLDER = join(root, '.github', 'workflows');

describe.each(readdirSync(FOLDER))('the workflow %s', (file) => {
  const written = readFileSync(join(FOLDER, file), 'utf8');
  const parsed = parse(written) as { permissions: object; jobs: Record<string, Job> };
  const all = Object.values(parsed.jobs).flatMap((job) => job.steps ?? []);

  it('pins every action by commit, with its version in a comment', () => {
    for (const { uses } of all)
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
    const lines = written.match(/uses: .*/g) ?? [];
    expect(lines.filter((line) => !/ # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('has no permission but to read, except for single jobs', () => {
    expect(parsed.permissions).toEqual({ contents: 'read' });
  });

  it('has no GitHub expression in a command', () => {
    // Names of branches and tags can be chosen by others.
    for (const { run = '' } of all) expect(run).not.toContain('${{');
  });
});

it('every load of a workflow names its server: in CI swarm starts no other', () => {
  const loads = readdirSync(FOLDER).flatMap(
    (file) =>
      readFileSync(join(FOLDER, file), 'utf8').match(/(?:npm start|livekit-swarm) --.*/g) ?? [],
  );
  expect(loads).toHaveLength(5);
  expect(loads.filter((load) => !/ --(?:embedded|url) /.test(load))).toEqual([]);
});

describe('a release', () => {
  it('is refused when the tag, the chart, the image or the changelog has another version', async () => {
    const { version } = await readDescription('packages/cli');
    expect(await releaseProblems('v99.0.0')).toContainEqual(
      `the tag is v99.0.0, packages/cli/package.json has ${version}`,
    );
    // The section of the changelog, the contact and the names are there at the time of the release.
    const others = (await releaseProblems(`v${version}`)).filter(
      (problem) => !/^CHANGELOG\.md|released: false|securityContact/.test(problem),
    );
    expect(others).toEqual([]);
  });

  it('has the notes of its section', () => {
    const changelog = '# Changelog\n\n## 1.2.0 (2027)\n\n- new\n\n## 1.1.0\n\n- old\n';
    expect(notesIn(changelog, '1.2.0')).toBe('- new');
    expect(notesIn(changelog, '1.2')).toBe('');
  });
});
