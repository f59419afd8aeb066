import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioFile } from '../support/scenarios.ts';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

interface PlannedResult {
  schema: string;
  participants: number;
  rooms: number;
  droppedRooms: number;
  most: {
    name: string;
    participants: number;
    packetsUp: number;
    packetsDown: number;
    tracksDown: number;
    bitsDown: number;
  }[];
  curve: { atMs: number; participants: number }[];
  host: {
    fits: boolean;
    allocation: { processes: number } | null;
    need: { server: object | null };
    messages: string[];
  };
}

const meeting = (dir: string): string => {
  const path = join(dir, 'meeting.yaml');
  writeFileSync(
    path,
    `scenario: meeting
groups:
  talks:
    executor: constant-rooms
    rooms: 10
    duration: 12s
    roles: { talker: { count: 2, publish: audio } }
  meetings:
    executor: constant-rooms
    rooms: 3
    duration: 12s
    roles:
      member: { count: 4, publish: [audio, { video: 360p, simulcast: true }], layout: grid:4 }
`,
  );
  return path;
};

const planned = async (args: string[], cwd?: string): Promise<PlannedResult> => {
  const { exit, stdout, stderr } = await runSwarm(['plan', ...args, '--json'], {}, cwd);
  expect([exit, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as PlannedResult;
};

describe('swarm plan', () => {
  it('predicts what a run then measures', async () => {
    const dir = scratch();
    const file = meeting(dir);
    const plan = await planned([file]);
    const steady = plan.most.find(({ name }) => name === 'steady');
    const measured = resultOf(await runSwarm(['run', file, '--json', '--quiet'], {}, dir));
    expect(measured.verdict).toBe('passed');
    const rate = (direction: string): number =>
      measured.media
        .filter((row) => row.direction === direction)
        .reduce((sum, { packetsPerSecond }) => sum + (packetsPerSecond ?? 0), 0);
    // Planning tolerates 20 %; on an idle host the difference is a few percent.
    expect(rate('up') / (steady?.packetsUp ?? 0)).toBeGreaterThan(0.8);
    expect(rate('up') / (steady?.packetsUp ?? 0)).toBeLessThan(1.2);
    expect(rate('down') / (steady?.packetsDown ?? 0)).toBeGreaterThan(0.8);
    expect(rate('down') / (steady?.packetsDown ?? 0)).toBeLessThan(1.2);
    expect(measured.joins.planned).toBe(plan.participants);
    const tracks = measured.media
      .filter(({ direction }) => direction === 'down')
      .reduce((sum, row) => sum + row.tracks, 0);
    expect(tracks).toBe(steady?.tracksDown);
  });

  it('draws a curve, a table and a conclusion', async () => {
    const dir = scratch();
    const stages =
      'stages: [{ name: climb, duration: 30s, target: 20 }, { name: fall, duration: 30s, target: 0 }]';
    const file = scenarioFile(dir, 'peak', `executor: ramping-rooms\nstartRooms: 0\n${stages}`);
    const { exit, stdout } = await runSwarm(['plan', file]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^peak: 0 → 20 → 0 rooms × 2 talkers/);
    expect(stdout).toMatch(/In all 40 participants in 20 rooms, in 1m\./);
    expect(stdout).toMatch(/participants │ +▁.* {2}40\n[\s\S]*└0s +1m\n/);
    expect(stdout).toMatch(
      / {2}climb +0s – 30s +\d+ +\d+ [\s\S]* {2}fall +30s – 1m +20 +40 +40 +40 +2,000 +2,000 +2\.51 +2\.51\n/,
    );
    expect(stdout).toMatch(/✓ This host \(.*\) can generate it\./);
    for (const line of stdout.split('\n').slice(1, -2))
      expect(line.length).toBeLessThanOrEqual(110);
  });

  it('takes scales and seeds, and a server elsewhere', async () => {
    const dir = scratch();
    const file = scenarioFile(
      dir,
      'calls',
      'executor: constant-arrival-rate\nrate: 4\nduration: 60s\nroomDuration: { exponential: 8s }\nmaxRooms: 20',
    );
    const [plain, again, other, small] = [
      await planned([file, '--calibration', '2']),
      await planned([file, '--calibration', '2']),
      await planned([file, '--seed', '2']),
      await planned([file, '--scale', '0.25']),
    ];
    expect(again).toEqual(plain);
    expect(other.curve).not.toEqual(plain.curve);
    expect(plain.droppedRooms).toBeGreaterThan(0);
    expect(small.rooms).toBeLessThan(plain.rooms / 2);
    expect(plain.host.need.server).not.toBeNull();
    const elsewhere = await planned([file, '--url', 'wss://livekit.example.com']);
    expect(elsewhere.host.need.server).toBeNull();
    // A lab on this host takes its cores, too.
    const lab = await planned([file, '--url', 'ws://127.0.0.1:1', '--calibration', '2']);
    expect(lab.host.need.server).toEqual(plain.host.need.server);
  });

  it('warns of a host that is too small, and refuses what it could not run at all', async () => {
    const dir = scratch();
    const tight = scenarioFile(
      dir,
      'tight',
      'executor: constant-rooms\nrooms: 9000\nduration: 60s',
    );
    const warned = await runSwarm(['plan', tight, '--signalling', 'v1']);
    expect([warned.exit, warned.stdout]).toEqual([
      0,
      expect.stringMatching(/! This host \(.*\) is short of cores[\s\S]*inconclusive\./),
    ]);
    const impossible = await runSwarm([
      'plan',
      scenarioFile(dir, 'impossible', 'executor: constant-rooms\nrooms: 40000\nduration: 60s'),
    ]);
    expect(impossible.exit).toBe(2);
    expect(impossible.stdout).toMatch(
      /In all 80,000 participants[\s\S]*✗ This host \(.*\) cannot run it/,
    );
    expect(impossible.stderr).toMatch(
      /^error: 80000 participants at a time need up to \d+ local ports/,
    );
  });

  it('is what a run warns of before it starts, in the same words', async () => {
    const dir = scratch();
    const file = scenarioFile(dir, 'small', 'executor: constant-rooms\nrooms: 2\nduration: 3s');
    // On a host that is as slow as this, the server alone would take more than five cores.
    const slow = ['--calibration', '100'];
    const { host } = await planned([file, ...slow]);
    expect(host.fits).toBe(false);
    const run = await runSwarm(['run', file, ...slow], {}, dir);
    const warning = `warning: ${host.messages.join('\n  ')}\n`;
    // The first line names load and server.
    const [, ...lines] = run.stderr.split('\n');
    expect(lines.join('\n').startsWith(warning)).toBe(true);
    const quick = await runSwarm(['run', file, '--calibration', '0.05'], {}, dir);
    expect(quick.stderr).not.toContain('warning: This host');
  });

  it('reports the problems of a scenario', async () => {
    const dir = scratch();
    const file = scenarioFile(dir, 'bad', 'executor: constant-rooms\nrooms: 1\nduration: 30');
    const { exit, stdout, stderr } = await runSwarm(['plan', file, '--json']);
    expect([exit, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^error: .*bad\.yaml:6:15: .*a duration needs a unit/),
    ]);
  });
});
