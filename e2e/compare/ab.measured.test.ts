import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { ComparisonOutput } from '@livekit-swarm/report/comparison';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectNoRegressionUnlessBusy } from '../support/busy-host.ts';
import { expectGone, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const SMALL = ['--rooms', '5', '--duration', '5s', '--quiet'];

const comparisonOf = (stdout: string): ComparisonOutput => JSON.parse(stdout) as ComparisonOutput;

const noQuota = await missing('cpu-quota');

/** A server with keys of its own, which the test stops. */
const startDeployment = async (): Promise<LiveKitServer> => {
  const server = await startLiveKit({ dir: scratch() });
  onTestFinished(() => server.stop());
  return server;
};

describe('swarm ab', () => {
  it('alternates between a server and itself, and keeps everything in one folder', async () => {
    const dir = join(scratch(), 'session');
    const { exit, stdout, stderr } = await runSwarm([
      'ab',
      '--server',
      DEFAULT_LIVEKIT_VERSION,
      '--server',
      DEFAULT_LIVEKIT_VERSION,
      '--rounds',
      '3',
      ...SMALL,
      '--record',
      dir,
      '--json',
    ]);
    expect(stdout, stderr).not.toBe('');
    expectNoRegressionUnlessBusy(exit, comparisonOf(stdout));
    const { schema, comparisons, notes } = comparisonOf(stdout);
    expect(schema).toBe('livekit-swarm/comparison/1');
    expect(comparisons[0]).toMatchObject({
      base: { name: `${DEFAULT_LIVEKIT_VERSION} (A)` },
      current: {
        name: `${DEFAULT_LIVEKIT_VERSION} (B)`,
        serverVersions: [DEFAULT_LIVEKIT_VERSION],
      },
    });
    expect(comparisons[0]?.base.runs.length).toBe(comparisons[0]?.current.runs.length);
    expect(notes).toContainEqual({
      code: 'records',
      folder: dir,
      text: `Records are in ${dir}.`,
    });
    expect(readdirSync(dir).sort()).toEqual([
      'A',
      'B',
      'comparison-junit.xml',
      'comparison.html',
      'comparison.json',
      'comparison.md',
      'comparison.txt',
    ]);
    expect(JSON.parse(readFileSync(join(dir, 'comparison.json'), 'utf8'))).toMatchObject({
      exitCode: exit,
    });
    expect(existsSync(join(dir, 'B', '3', 'record.ndjson'))).toBe(true);
  });

  it('alternates between two deployments that run already', async () => {
    const one = await startDeployment();
    const two = await startDeployment();
    const urls = ['--url', `one=${one.url}`, '--url', `two=${two.url}`];
    const dir = join(scratch(), 'session');
    const { exit, stdout, stderr } = await runSwarm(
      [
        'ab',
        ...urls,
        '--keys',
        'B=env:KEYS_OF_TWO',
        '--rounds',
        '3',
        ...SMALL,
        '--record',
        dir,
        '--json',
      ],
      {
        LIVEKIT_API_KEY: one.apiKey,
        LIVEKIT_API_SECRET: one.apiSecret,
        KEYS_OF_TWO: `${two.apiKey}: ${two.apiSecret}`,
      },
    );
    expect(stdout, stderr).not.toBe('');
    expectNoRegressionUnlessBusy(exit, comparisonOf(stdout));
    expect(comparisonOf(stdout).comparisons[0]).toMatchObject({
      base: { name: 'one', serverVersions: [DEFAULT_LIVEKIT_VERSION] },
      current: { name: 'two', serverVersions: [DEFAULT_LIVEKIT_VERSION] },
    });
    for (const side of ['A', 'B'])
      expect(readFileSync(join(dir, side, '1', 'record.ndjson'), 'utf8')).not.toContain(
        side === 'A' ? one.apiSecret : two.apiSecret,
      );
  });

  it('reports wrong keys of a deployment before anything is measured', async () => {
    const one = await startDeployment();
    const dir = join(scratch(), 'session');
    const { exit, stdout, stderr } = await runSwarm(
      [
        'ab',
        '--url',
        one.url,
        '--url',
        one.url,
        '--keys',
        'B=env:WRONG',
        ...SMALL,
        '--record',
        dir,
      ],
      {
        LIVEKIT_API_KEY: one.apiKey,
        LIVEKIT_API_SECRET: one.apiSecret,
        WRONG: `${one.apiKey}: not-the-secret-of-this-server-000`,
      },
    );
    expect(exit, stderr).toBe(2);
    expect(stderr).toMatch(/does not accept the token/);
    expect(stdout).toBe('');
    expect(existsSync(join(dir, 'A', '1'))).toBe(false);
  });

  it('reports a server that cannot start before anything is measured', async () => {
    const dir = scratch();
    const broken = join(dir, 'broken.yaml');
    writeFileSync(broken, 'no_such_setting: true\n');
    const { exit, stdout, stderr } = await runSwarm([
      'ab',
      '--server',
      DEFAULT_LIVEKIT_VERSION,
      '--server',
      `${DEFAULT_LIVEKIT_VERSION}+${broken}`,
      ...SMALL,
      '--record',
      join(dir, 'session'),
    ]);
    expect(exit).toBe(3);
    expect(stderr).toMatch(/livekit-server ended at once.*no_such_setting/);
    expect(stdout).toBe('');
    expect(existsSync(join(dir, 'session', 'A'))).toBe(false);
  });

  it('keeps what there is on Ctrl-C, and leaves nothing running', async () => {
    const dir = join(scratch(), 'session');
    const swarm = startSwarm([
      'ab',
      '--server',
      '1.11.0',
      '--server',
      DEFAULT_LIVEKIT_VERSION,
      '--rounds',
      '20',
      '--rooms',
      '3',
      '--duration',
      '3s',
      '--record',
      dir,
    ]);
    await swarm.says(/round 2 of 20/, 60_000);
    await swarm.says(/round 2 of 20[\s\S]* 6\/6 in/, 60_000);
    const processes = swarm.processes();
    swarm.signal('SIGINT');
    expect(await swarm.ended).toBe(130);
    await expectGone(processes);
    expect(swarm.stdout()).toContain(`(interrupted)  ${DEFAULT_LIVEKIT_VERSION} against 1.11.0`);
    expect(JSON.parse(readFileSync(join(dir, 'comparison.json'), 'utf8'))).toMatchObject({
      exitCode: 130,
      interrupted: true,
    });
    expect((await runSwarm(['report', join(dir, 'A', '1')])).stdout).toMatch(/6 of 6 joined/);
  });

  it('does not mix two sessions in one folder', async () => {
    const dir = scratch();
    mkdirSync(join(dir, 'A'));
    const { exit, stderr } = await runSwarm([
      'ab',
      '--server',
      DEFAULT_LIVEKIT_VERSION,
      '--server',
      '1.11.0',
      '--record',
      dir,
    ]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/there is a session already/);
  });

  it.each([
    [['--server', DEFAULT_LIVEKIT_VERSION], /two servers are compared, not 1/],
    [['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.9.9'], /version 1\.9\.9 is not pinned/],
    [
      ['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.11.0', '--rounds', '0'],
      /--rounds 0: must be/,
    ],
    [
      ['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.11.0', '--tolerance', 'x'],
      /--tolerance x/,
    ],
    [
      ['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.11.0', '--scale', 'small'],
      /require a scenario file/,
    ],
    [['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.11.0', 'nowhere.yaml'], /nowhere\.yaml/],
    [
      ['--server', DEFAULT_LIVEKIT_VERSION, '--server', '1.11.0', '--rooms', '5', 'nowhere.yaml'],
      /--rooms: the scenario nowhere\.yaml defines the load/,
    ],
  ])('refuses %j', async (args, message) => {
    const { exit, stdout, stderr } = await runSwarm(['ab', ...args]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });
});

describe('a server that is short of CPU time', () => {
  beforeEach(({ skip }) => skip(noQuota !== null, noQuota ?? ''));
  const dir = mkdtempSync(join(tmpdir(), 'swarm-ab-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  let session: Awaited<ReturnType<typeof runSwarm>>;

  beforeAll(async () => {
    if (noQuota !== null) return;
    session = await runSwarm([
      'ab',
      '--server',
      `usual=${DEFAULT_LIVEKIT_VERSION}`,
      '--server',
      `slow=${DEFAULT_LIVEKIT_VERSION}@cpu=0.1`,
      '--rounds',
      '3',
      '--rooms',
      '15',
      '--duration',
      '8s',
      '--quiet',
      '--record',
      dir,
      '--json',
    ]);
  });

  it('is found to be worse by swarm ab', () => {
    expect(session.exit, session.stderr).toBe(99);
    const [comparison] = comparisonOf(session.stdout).comparisons;
    // The sentence shows the figures that changed most; which these are depends on the host.
    expect(comparison?.text).toMatch(/^slow is worse than usual in \w+\.p\d\d: ×/);
    expect(comparison?.figures.find(({ figure }) => figure === 'join_time.p95')).toMatchObject({
      verdict: 'worse',
    });
  });

  it('is found by swarm compare: runs against runs, and one against one', async () => {
    const all = await runSwarm(['compare', join(dir, 'A'), join(dir, 'B')]);
    expect(all.exit, all.stdout).toBe(99);
    expect(all.stdout).toMatch(/✗ REGRESSION \(exit 99\) {2}B against A, /);
    const used =
      comparisonOf(session.stdout).comparisons[0]?.current.runs.findIndex(
        ({ excludedReason }) => excludedReason === null,
      ) ?? 0;
    const one = await runSwarm([
      'compare',
      join(dir, 'A', String(used + 1)),
      join(dir, 'B', String(used + 1)),
    ]);
    expect(one.exit, one.stdout).toBe(99);
    expect(one.stdout).toMatch(
      /only\s+changes\s+of\s+3\s+times\s+the\s+tolerance\s+are\s+reported/,
    );
  });

  it('is better the other way round', async () => {
    const { exit, stdout } = await runSwarm(['compare', join(dir, 'B'), join(dir, 'A'), '--json']);
    expect(exit).toBe(0);
    expect(comparisonOf(stdout).verdict).toBe('improvement');
  });
});
