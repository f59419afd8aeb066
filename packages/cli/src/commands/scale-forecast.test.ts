import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../test/support/run-program.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-forecast-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const forecast = (...args: string[]) => runProgram(['scale', 'forecast', ...args]);

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

const EVENT =
  'time,participants\n2026-12-01 10:00,0\n2026-12-01 10:10,1200\n2026-12-01 12:00,1200\n';
const SCHOOL = `timetable: school
week:
  - { days: [mon], hours: { 0-1: 900 } }
  - { days: [mon, tue], hours: { 8-12: 1200 } }
perParticipant: { up: 250kbit/s, down: 1.5Mbit/s }
`;
const CARRIES = ['--carries', '150', '--boot', '3m'];

describe('swarm scale forecast', () => {
  it('orders nodes for an event in CSV', async () => {
    const { stdout } = await forecast(file('event.csv', EVENT), ...CARRIES, '--json');
    const { schema, peak, changes, target } = JSON.parse(stdout);
    expect(schema).toBe('livekit-swarm/forecast/1');
    expect(target).toBe(100);
    expect(peak.nodes).toBe(12);
    // Two in a minute: 100 is crossed 50 s after ten o'clock, and a node boots for three minutes.
    expect(changes[0]).toEqual({
      at: Date.UTC(2026, 11, 1, 9, 57, 50),
      neededAt: Date.UTC(2026, 11, 1, 10, 0, 50),
      ...{ nodes: 1, running: 2 },
    });
    expect(changes).toHaveLength(11);
  });

  it('orders nodes for the week of a timetable of swarm cost, Monday from Sunday on', async () => {
    const { stdout } = await forecast(file('school.yaml', SCHOOL), ...CARRIES);
    expect(stdout).toMatch(/sun 23:57 +\+8 +9 +mon 00:00/);
    expect(stdout).toMatch(/mon 07:57 +\+11 +12 +mon 08:00/);
    expect(stdout).toMatch(/mon 12:05 +−11 +1/);
  });

  it('prices the node-hours of a machine', async () => {
    const args = [...CARRIES, '--machine', 'aws:c6i.2xlarge', '--json'];
    const { stdout } = await forecast(file('event.csv', EVENT), ...args);
    expect(JSON.parse(stdout).price).toMatchObject({ machine: 'aws:c6i.2xlarge', cost: 0.34 });
  });

  it.each<[string, string, string[], RegExp]>([
    ['no boot delay', EVENT, ['--carries', '150'], /how long does a node boot\?; .*--boot 3m/],
    ['no capacity', EVENT, ['--boot', '3m'], /what does a node carry\?; .*--capacity/],
    ['two capacities', EVENT, [...CARRIES, '--capacity', 'x'], /are two answers/],
    [
      'no load of a node',
      EVENT,
      ['--carries', '0', '--boot', '3m'],
      /--carries 0: must be a number/,
    ],
    [
      'another file',
      EVENT,
      ['--capacity', 'none.json', '--boot', '3m'],
      /none\.json: cannot be read/,
    ],
    ['a time without unit', EVENT, ['--carries', '150', '--boot', '3'], /needs a unit; write 3s/],
    [
      'an unknown machine',
      EVENT,
      [...CARRIES, '--machine', 'aws:c6i'],
      /the price book does not have it/,
    ],
    [
      'a machine by the month',
      EVENT,
      [...CARRIES, '--machine', 'hetzner:cx33'],
      /a price for a month alone/,
    ],
    [
      'prices for nothing',
      EVENT,
      [...CARRIES, '--prices', 'x'],
      /cannot be read|--prices needs a machine/,
    ],
    [
      'a wrong timetable',
      'time,users\n9:00,1\n',
      CARRIES,
      /event\.csv:1:1: the first line must be/,
    ],
  ])('refuses %s', async (_, text, args, message) => {
    expect((await forecast(file('event.csv', text), ...args)).error).toMatch(message);
  });

  it('refuses a file that is not there, and a month of which no hour is known', async () => {
    const missing = join(dir, 'none.csv');
    expect((await forecast(missing, ...CARRIES)).error).toMatch(/none\.csv: cannot be read/);
    const month = SCHOOL.replace(/week:[\s\S]*per/, 'monthly: { participantMinutes: 9000 }\nper');
    expect((await forecast(file('month.yaml', month), ...CARRIES)).error).toMatch(
      /has the minutes of a month, and not when they are/,
    );
  });
});

it('writes an autoscaler for the workload of the nodes', async () => {
  const written = join(dir, 'hpa.yaml');
  const args = [file('event.csv', EVENT), ...CARRIES, '--report', `hpa=${written}`];
  await forecast(...args, '--workload', 'statefulset/media');
  const text = readFileSync(written, 'utf8');
  expect(text).toMatch(/kind: HorizontalPodAutoscaler\n.*\n {2}name: media\n/);
  expect(text).toContain('kind: StatefulSet');
  const { error } = await forecast(...args, '--workload', 'daemonset/media');
  expect(error).toContain('is not a workload');
});
