import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PRICES } from '@livekit-swarm/cost';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../test/support/run-program.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-cost-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const cost = (...args: string[]) => runProgram(['cost', ...args]);

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

const MEETINGS = `scenario: meetings
groups:
  meetings:
    executor: constant-rooms
    rooms: 4
    duration: 10m
    roles: { member: { count: 3, publish: [audio, video], layout: grid:4 } }
`;

const SCHOOL = `timetable: school
week: [{ days: [mon, tue, wed, thu, fri], hours: { 8-12: 3000, 13-15: 400 } }]
perParticipant: { up: 250kbit/s, down: 1.5Mbit/s }
`;

/** The parts of a result of `swarm capacity` that are read: 500 participants on 4 cores. */
const CAPACITY = {
  schema: 'livekit-swarm/capacity/1',
  scenario: 'lesson',
  participants: { total: 500, perNode: 500 },
  target: { url: null, nodeCores: 4 },
};

describe('swarm cost', () => {
  it('compares LiveKit Cloud, own machines and ways to send less for a scenario', async () => {
    const { stdout } = await cost(file('meetings.yaml', MEETINGS), '--per-month', '600');
    expect(stdout).toMatch(/^meetings: 7[\d,]+ participant-minutes a month/);
    expect(stdout).toMatch(/LiveKit Cloud +base +minutes +traffic +a month\n +ship/);
    expect(stdout).toMatch(/aws:c6i\.xlarge +1 /);
    expect(stdout).toMatch(/Break-even: from [\d,]+ participant-minutes a month/);
    expect(stdout).toMatch(/audio only .* 4\.4 +–\n/);
    expect(stdout).toContain('published benchmark at 70 % CPU, not measured here (--capacity)');
    expect(stdout).toMatch(/LiveKit Cloud: \d{4}-\d\d-\d\d, .*; https:\/\/livekit\.com\/pricing/);
  });

  it('takes the traffic of a timetable from a scenario beside it', async () => {
    file('meetings.yaml', MEETINGS);
    const timetable = SCHOOL.replace(/perParticipant.*/, 'scenario: meetings.yaml');
    const { stdout } = await cost(file('school.yaml', timetable), '--json', '--autoscale');
    const estimate = JSON.parse(stdout);
    expect(estimate.schema).toBe('livekit-swarm/cost/1');
    expect(estimate.usage.participantMinutes).toBeCloseTo(
      ((5 * (4 * 3_000 + 2 * 400) * 730) / 168) * 60,
      3,
    );
    expect(estimate.nodes).toHaveLength(168);
    expect(estimate.savings).toHaveLength(3);
  });

  it('takes minutes and peak of a month from its users', async () => {
    const users = 'monthly: { activeUsers: 73000, sessionsPerUser: 6 }\nsession: 50m\n';
    const timetable = SCHOOL.replace(/week:.*\n/, users);
    const { stdout } = await cost(file('app.yaml', timetable));
    expect(stdout).toContain('school: 21,900,000 participant-minutes a month');
    expect(stdout).toContain(
      '73,000 users join 6 times a month for 50m: at most 2,000 participants at the same time.',
    );
    expect(stdout).toContain('4 times as many participants as on average');
  });

  it('counts the services of a price book', async () => {
    const { stdout: book } = await cost('--print-prices');
    const redis =
      "redis: { month: 25, source: { url: 'https://example.com', read: 2026-11-27, trust: assumed } }";
    const region = 'region: us-east-1';
    const mine = file('mine.yaml', book.replace(region, `${region}\n    services: { ${redis} }`));
    const args = [file('school.yaml', SCHOOL), '--prices', mine];
    const { stdout } = await cost(...args, '--provider', 'aws', '--provider', 'gcp');
    expect(stdout).toMatch(/machines +traffic +services +a month/);
    expect(stdout).toMatch(/aws:\S+ .* \$25\.00 /);
    expect(stdout).toContain('Services of aws: redis.');
    expect(stdout).toContain('Not counted for gcp: Redis, load balancer, control plane');
  });

  it('counts nodes by what was measured, of the machines that were asked for', async () => {
    const capacity = file('capacity.json', JSON.stringify(CAPACITY));
    const args = [file('school.yaml', SCHOOL), '--capacity', capacity, '--headroom', '1'];
    const { stdout } = await cost(...args, '--provider', 'aws:c6i.2xlarge', '--json');
    expect(JSON.parse(stdout).selfHosted).toMatchObject([{ machine: 'c6i.2xlarge', nodes: 3 }]);
  });

  it('prints its price book, and takes another', async () => {
    const { stdout: book } = await cost('--print-prices');
    expect(book).toBe(readFileSync(DEFAULT_PRICES, 'utf8'));
    const mine = file('prices.yaml', book.replace('month: 500, minutes', 'month: 700, minutes'));
    const { stdout } = await cost(file('school.yaml', SCHOOL), '--prices', mine, '--json');
    expect(JSON.parse(stdout).cloud[0].base).toBe(700);
    const wrong = file('wrong.yaml', book.replace('month: 500', 'months: 500'));
    const { error } = await cost(file('school.yaml', SCHOOL), '--prices', wrong);
    expect(error).toMatch(/wrong\.yaml:\d+:\d+: .*unknown key "months"; did you mean month\?/);
  });

  it.each<[string, string[], RegExp]>([
    ['no file', [], /there is no load/],
    ['a provider that is not there', ['--provider', 'hetzer'], /did you mean hetzner\?/],
    ['a share without a unit', ['--turn', '20'], /must be a share from 0% to 100%/],
    ['headroom below 1', ['--headroom', '0.5'], /must be a number from 1 to 100/],
    ['a scale of a timetable', ['--scale', '0.1'], /--scale is for scenarios/],
    ['no capacity file', ['--capacity', 'missing.json'], /missing\.json: cannot be read: ENOENT/],
  ])('refuses %s', async (_, args, message) => {
    const files = args.length === 0 ? [] : [file('school.yaml', SCHOOL)];
    expect((await cost(...files, ...args)).error).toMatch(message);
  });

  it('refuses a capacity file that is none', async () => {
    const nothing = { ...CAPACITY, participants: { total: 0, perNode: 0 } };
    for (const text of ['{', '{}', JSON.stringify(nothing)]) {
      const args = ['--capacity', file('capacity.json', text)];
      expect((await cost(file('school.yaml', SCHOOL), ...args)).error).toMatch(
        /capacity\.json: (is not JSON|is not a result of swarm capacity|states that a node carried no load)/,
      );
    }
  });
});
