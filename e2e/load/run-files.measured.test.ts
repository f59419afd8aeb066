import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeaderLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import { expectPassedUnlessBusy } from '../support/busy-host.ts';
import { STRICT, scenarioFile } from '../support/scenarios.ts';
import {
  expectGone,
  type Outcome,
  type Result,
  resultOf,
  runSwarm,
  scratch,
  startSwarm,
} from '../support/swarm.ts';

interface Results {
  schema: string;
  verdict: string;
  exitCode: number;
  runs: (Result & { scenario: { name: string } })[];
}

const resultsOf = ({ stdout }: Pick<Outcome, 'stdout'>): Results => JSON.parse(stdout) as Results;

const linesOf = (dir: string): RecordLine[] =>
  readFileSync(join(dir, 'record.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordLine);
const headerOf = (dir: string): HeaderLine =>
  linesOf(dir).find((line) => line.type === 'header') as HeaderLine;
const staysOf = (dir: string): ParticipantLine[] =>
  linesOf(dir).filter((line): line is ParticipantLine => line.type === 'participant');

const EXECUTORS: Record<string, string> = {
  'constant-rooms': 'executor: constant-rooms\nrooms: 2\nduration: 7s',
  'ramping-rooms': `executor: ramping-rooms
startRooms: 1
joinSpread: 500ms
stages:
  - { name: up, duration: 3s, target: 3 }
  - { name: top, duration: 6s, target: 3 }
  - { name: down, duration: 3s, target: 1 }`,
  'constant-arrival-rate':
    'executor: constant-arrival-rate\nrate: 1\nduration: 12s\nroomDuration: { uniform: [6s, 8s] }\nmaxRooms: 5',
  'ramping-arrival-rate': `executor: ramping-arrival-rate
stages: [{ duration: 4s, target: 1 }, { duration: 8s, target: 0 }]
roomDuration: 7s`,
  'per-room-churn':
    'executor: per-room-churn\nrooms: 2\nduration: 13s\nsessionDuration: { uniform: [5500ms, 7s] }\nreplacementDelay: 500ms',
  timetable:
    'executor: timetable\nlessons: [{ at: 0s, rooms: 1, joinSpread: 1s, duration: 7s }, { at: 8s, rooms: 2, joinSpread: 1s, duration: 7s }]',
};

describe('swarm run', () => {
  it('runs every executor against a real server: each participant joins, stays and leaves as planned', async () => {
    const dir = scratch();
    const files = Object.entries(EXECUTORS).map(([name, group]) =>
      scenarioFile(dir, name, group, STRICT),
    );
    const outcome = await runSwarm([
      'run',
      ...files,
      '--json',
      '--record',
      join(dir, 'records'),
      '--quiet',
    ]);
    const { runs, verdict, schema } = resultsOf(outcome);
    expect(
      runs.map(({ scenario, verdict: one, reasons }) => [scenario.name, one, reasons]),
    ).toEqual(Object.keys(EXECUTORS).map((name) => [name, 'passed', []]));
    expect({ exit: outcome.exit, verdict, schema }).toEqual({
      exit: 0,
      verdict: 'passed',
      schema: 'livekit-swarm/results/2',
    });
    for (const name of Object.keys(EXECUTORS)) {
      const record = join(dir, 'records', name);
      const { plan } = headerOf(record);
      const stays = staysOf(record);
      expect(stays).toHaveLength(plan.participants);
      for (const { at, leaveAtMs, outcome: how } of stays) {
        expect([how, Math.abs(at - leaveAtMs) < 1_500]).toEqual(['left', true]);
      }
      const heard = stays.filter(({ expectedTracks }) => expectedTracks.audio > 0);
      expect(heard.length, name).toBeGreaterThan(0);
      for (const { expectedTracks, tracks } of heard) {
        expect(
          tracks.filter(({ direction, packets }) => direction === 'down' && packets > 0).length,
        ).toBeGreaterThanOrEqual(expectedTracks.audio);
      }
    }
    expect(runs.find(({ scenario }) => scenario.name === 'constant-arrival-rate')).toMatchObject({
      joins: { planned: expect.any(Number) },
    });
    expect(headerOf(join(dir, 'records/constant-arrival-rate')).plan.droppedRooms).toBeGreaterThan(
      0,
    );
    expect(
      headerOf(join(dir, 'records/ramping-rooms')).plan.windows.map(({ name }) => name),
    ).toEqual(expect.arrayContaining(['joining', 'steady', 'up', 'top', 'down']));
  });

  it('continues after one that fails and one that cannot run; the most severe exit code counts', async () => {
    const dir = scratch();
    const short = 'executor: constant-rooms\nrooms: 1\nduration: 2s';
    const files = [
      scenarioFile(dir, 'slow', short, 'thresholds: { join_time: [max<0.001] }'),
      scenarioFile(dir, 'nowhere', short),
      scenarioFile(dir, 'fine', short),
    ];
    const records = join(dir, 'out');
    const { exit, stdout, stderr } = await runSwarm(
      ['run', ...files, '--record', records],
      {},
      dir,
    );
    expect(exit).toBe(99);
    expect(stdout).toMatch(
      /✗ FAILED \(exit 99\) {2}embedded livekit-server [\d.]+: slow[\s\S]*✓ PASSED \(exit 0\) {2}embedded livekit-server [\d.]+: nowhere[\s\S]*✓ PASSED \(exit 0\) {2}embedded livekit-server [\d.]+: fine/,
    );
    expect(stdout).toMatch(
      /\n✗ 3 SCENARIOS: 2 passed, 1 not \(exit 99\)\n[\s\S]* {2}✗ {2}slow +99 +2\/2 [\s\S]* {2}✓ {2}fine +0 +2\/2 /,
    );
    expect(stderr).toMatch(/^\[1\/3\] slow\n[\s\S]*\n\[2\/3\] nowhere\n[\s\S]*\n\[3\/3\] fine\n/);
    expect(readdirSync(records).sort()).toEqual(['fine', 'nowhere', 'slow']);

    const again = join(dir, 'again');
    mkdirSync(again);
    // A file where the folder of its record should be.
    writeFileSync(join(again, 'nowhere'), '');
    const second = await runSwarm(
      [
        'run',
        ...files.slice(1, 2),
        scenarioFile(dir, 'other', short),
        '--record',
        again,
        '--json',
        '--quiet',
      ],
      {},
      dir,
    );
    expect(second.exit).toBe(2);
    expect(
      resultsOf(second).runs.map(({ verdict, exitCode, error }) => [
        verdict,
        exitCode,
        error?.code,
      ]),
    ).toEqual([
      ['inconclusive', 2, 'usage'],
      ['passed', 0, undefined],
    ]);
    expect(second.stderr).toMatch(/^error: --record .*nowhere: the record cannot be written there/);
  });

  it('ends with Ctrl-C: the one that runs is judged, those after it are not begun', async () => {
    const dir = scratch();
    const files = [
      scenarioFile(dir, 'before', 'executor: constant-rooms\nrooms: 1\nduration: 2s'),
      scenarioFile(dir, 'during', 'executor: constant-rooms\nrooms: 2\nduration: 120s'),
      scenarioFile(dir, 'after', 'executor: constant-rooms\nrooms: 1\nduration: 2s'),
    ];
    const swarm = startSwarm(['run', ...files, '--record', join(dir, 'out'), '--json']);
    await swarm.says(/\[2\/3\] during[\s\S]*steady 4\/4 in, 0 failed/);
    const processes = swarm.processes();
    swarm.signal('SIGINT');
    expect(await swarm.ended).toBe(130);
    const { runs, exitCode } = resultsOf({ stdout: swarm.stdout() });
    expect(exitCode).toBe(130);
    expect(runs.map(({ scenario, exitCode: one }) => [scenario.name, one])).toEqual([
      ['before', 0],
      ['during', 130],
      ['after', 130],
    ]);
    expect(runs[1]).toMatchObject({ end: { reason: 'interrupted' }, joins: { joined: 4 } });
    expect(runs[2]?.error?.message).toMatch(/not run/);
    expect(existsSync(join(dir, 'out/after'))).toBe(false);
    await expectGone(processes);
  });

  it('lets flags go before the environment, and that before the file', async () => {
    const dir = scratch();
    const group =
      'executor: timetable\nlessons: [{ at: 0s, rooms: 4, joinSpread: 2s, duration: 4s }]';
    const file = scenarioFile(
      dir,
      'seeds',
      group,
      'seed: 7\ntags: { team: voice, branch: main }\nthresholds: { join_time: [p(95)<1000, max<9s] }\nscales: { small: { groups: { rooms: { lessons: [{ at: 0s, rooms: 1, joinSpread: 2s, duration: 4s }] } } } }',
    );
    const run = async (name: string, flags: string[], env: Record<string, string> = {}) => {
      const record = join(dir, name);
      const outcome = await runSwarm(
        ['run', file, '--record', record, '--json', ...flags],
        env,
        dir,
      );
      expectPassedUnlessBusy(outcome.exit, resultOf(outcome));
      return headerOf(record);
    };
    const env = {
      SWARM_SCALE: 'small',
      SWARM_SEED: '8',
      SWARM_TAG: 'branch=next',
      SWARM_THRESHOLD: 'join_time: max<8s',
    };
    const [fromEnv, fromFlags] = [
      await run('env', [], env),
      await run(
        'flags',
        ['--seed', '9', '--tag', 'commit=4f2a', '--threshold', 'join_time: p(95)<1500'],
        env,
      ),
    ];
    expect(fromEnv.plan.rooms).toBe(1);
    expect(fromEnv.scenario).toMatchObject({ seed: 8, tags: { team: 'voice', branch: 'next' } });
    expect(fromEnv.scenario.thresholds).toEqual(['join_time: p(95)<1000', 'join_time: max<8000']);
    expect(fromFlags.scenario).toMatchObject({
      seed: 9,
      tags: { team: 'voice', branch: 'main', commit: '4f2a' },
    });
    expect(fromFlags.scenario.thresholds).toEqual(['join_time: max<9000', 'join_time: p(95)<1500']);
  });
});

describe('bad input of swarm run', () => {
  const good = (dir: string, name = 'good'): string =>
    scenarioFile(dir, name, 'executor: constant-rooms\nrooms: 1\nduration: 2s');

  it.each<[string, (dir: string) => string[], RegExp]>([
    ['no file', () => [], /neither a scenario file nor a flag describes a load/],
    ['a file that is not there', (dir) => [good(dir), 'none.yaml'], /none\.yaml: file not found/],
    ['a folder', (dir) => [dir], /is a folder[\s\S]*\*\.yaml/],
    ['two of one name', (dir) => [good(dir), good(dir), '--json'], /the file is given twice/],
    [
      'one bad file among good ones',
      (dir) => [
        good(dir),
        scenarioFile(dir, 'bad', 'executor: constant-rooms\nrooms: 0\nduration: 2'),
      ],
      /bad\.yaml:\d+:\d+: [\s\S]*bad\.yaml:\d+:\d+: /,
    ],
    ['a scale there is not', (dir) => [good(dir), '--scale', 'tiny'], /unknown scale "tiny"/],
    [
      'a seed that is none',
      (dir) => [good(dir), '--seed', '-1'],
      /--seed -1: must be a whole number/,
    ],
    [
      'a tag that is none',
      (dir) => [good(dir), '--tag', 'voice'],
      /--tag voice: not a tag[\s\S]*team=voice/,
    ],
    [
      'a threshold without participants',
      (dir) => [good(dir), '--threshold', 'join_time{role:viewer}: p(95)<1'],
      /no participant has the role "viewer"/,
    ],
    [
      'more than this host holds',
      (dir) => [
        good(dir),
        scenarioFile(dir, 'big', 'executor: constant-rooms\nrooms: 40000\nduration: 9s'),
      ],
      /big\.yaml: 80000 participants at a time need up to \d+ local ports/,
    ],
    [
      'a flag that shapes the load',
      (dir) => [good(dir), '--rooms', '3'],
      /--rooms: the scenario .* defines the load/,
    ],
  ])('%s: reported before anything is started', async (_what, args, message) => {
    const dir = scratch();
    const { exit, stdout, stderr } = await runSwarm(['run', ...args(dir)], {}, dir);
    expect(stderr).toMatch(message);
    expect([exit, stdout]).toEqual([2, '']);
    expect(existsSync(join(dir, 'records'))).toBe(false);
  });

  it('distinguishes flags in front of the command from its own', async () => {
    const dir = scratch();
    const { exit, stderr } = await runSwarm(['--rooms', '3', 'run', good(dir)]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/--rooms is in front of "run"/)]);
  });

  it('does not write over an earlier record', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'record.ndjson'), 'precious');
    const { exit, stderr } = await runSwarm(['run', good(dir), '--record', dir]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/the folder already has a record/)]);
  });

  it('prints one object for one file', async () => {
    const dir = scratch();
    const outcome = await runSwarm(['run', good(dir), '--json', '--quiet'], {}, dir);
    expect(resultOf(outcome)).toMatchObject({
      schema: 'livekit-swarm/result/2',
      verdict: 'passed',
    });
    expect(outcome.stderr).toBe('');
  });
});
