/** Data tracks between native participants and browsers (livekit-client), through a livekit-server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { type DataTracksSample, RECORD_FILE, type RecordLine } from '@livekit-swarm/record';
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const withoutChromium = await missing('chromium');

type Counts = Omit<DataTracksSample, 'group' | 'role' | 'latency'>;

/** Run a group of each kind; a room has a pilot and two robots. */
const run = async (
  groups: Record<string, { pilot: string; robot: string }>,
  env: Record<string, string> = {},
) => {
  const dir = scratch();
  const file = join(dir, 'control.yaml');
  const group = ([name, { pilot, robot }]: [string, { pilot: string; robot: string }]) => `
  ${name}:
    executor: constant-rooms
    rooms: 1
    duration: 14s
    roles:
      pilot: { count: 1, ${pilot} }
      robot: { count: 2, ${robot} }`;
  const scenario = `scenario: control\ngroups:${Object.entries(groups).map(group).join('')}\n`;
  writeFileSync(file, scenario);
  const outcome = await runSwarm(['run', file, '--json', '--record', join(dir, 'record')], env);
  const lines = readFileSync(join(dir, 'record', RECORD_FILE), 'utf8')
    .trim()
    .split('\n');
  const samples = lines
    .map((line) => JSON.parse(line) as RecordLine)
    .flatMap((line) => (line.type === 'sample' ? (line.dataTracks ?? []) : []));
  /** Sums of the counts of a role. */
  const counts = (group: string, role: string): Counts => {
    const own = samples.filter((one) => one.group === group && one.role === role);
    const sum = (name: keyof Counts) => own.reduce((total, one) => total + one[name], 0);
    return {
      ...{ sent: sum('sent'), dropped: sum('dropped'), received: sum('received') },
      ...{ reordered: sum('reordered'), lost: sum('lost') },
      ...{ tracks: sum('tracks'), silent: sum('silent') },
    };
  };
  return { outcome, counts };
};

/** Share of the frames that robots expected, and that did not arrive. */
const shareLost = ({ received, lost }: Counts): number => lost / (received + lost);

/**
 * Expect that the frames of a pilot arrived at both robots, unless they were on their way when the
 * robots left.
 */
const expectComplete = (pilot: Counts, robots: Counts, framesPerSecond: number) => {
  const figures = JSON.stringify({ pilot, robots });
  const sent = pilot.sent - pilot.dropped;
  expect(sent, figures).toBeGreaterThan(3 * framesPerSecond);
  expect(robots.silent, figures).toBe(0);
  expect(robots.received, figures).toBeLessThanOrEqual(2 * sent);
  expect(robots.received, figures).toBeGreaterThan(2 * (sent - 2 * framesPerSecond));
};

const NATIVE = 'dataTracks: { to: robot, size: 200B, every: 50ms }';
/** Three packets a frame. */
const LARGE = NATIVE.replace('200B', '40KB').replace('50ms', '100ms');
const RECONNECTS = 'actions: [{ at: 5s, do: simulate, simulate: full-reconnect }]';

test('frames of native participants arrive whole, also after a reconnect, and planted loss is found', async () => {
  const { outcome, counts } = await run({
    plain: { pilot: NATIVE, robot: 'engine: native' },
    large: { pilot: LARGE, robot: 'engine: native' },
    again: { pilot: `${NATIVE}, ${RECONNECTS}`, robot: 'engine: native' },
    lossy: { pilot: NATIVE.replace('50ms', '5ms'), robot: 'network: { down: { loss: 5% } }' },
  });
  const result = resultOf(outcome);
  expect(result.joins, outcome.stderr).toMatchObject({ joined: 12, failed: 0 });
  for (const group of ['plain', 'large', 'again'])
    expectComplete(counts(group, 'pilot'), counts(group, 'robot'), group === 'large' ? 10 : 20);
  for (const group of ['plain', 'large']) {
    const robots = counts(group, 'robot');
    expect(robots.tracks, group).toBe(2);
    // Nothing is sent again: sockets of a busy host may drop a packet, and a large frame has many.
    const most = group === 'large' ? 0.05 : 0.02;
    expect(shareLost(robots), JSON.stringify({ group, robots })).toBeLessThan(most);
  }
  // While the pilot is away, frames may be overdue; the server may report that it left and joined.
  const again = counts('again', 'robot');
  expect(again.tracks).toBeGreaterThanOrEqual(2);
  // Frames begin 2 s after the join: in the 3 s before the reconnect there are at most 60.
  expect(again.received, JSON.stringify(again)).toBeGreaterThan(2 * 70);
  const lossy = counts('lossy', 'robot');
  expect(lossy.silent).toBe(0);
  expect(lossy.received).toBeGreaterThan(500);
  expect(shareLost(lossy)).toBeGreaterThan(0.025);
  expect(shareLost(lossy)).toBeLessThan(0.12);
});

test('frames arrive whole from native participants at browsers, and the other way', async ({
  skip,
}) => {
  skip(withoutChromium !== null, withoutChromium ?? '');
  const { outcome, counts } = await run({
    down: { pilot: NATIVE, robot: 'engine: browser' },
    up: { pilot: `engine: browser, ${NATIVE}`, robot: 'engine: native' },
    browsers: { pilot: `engine: browser, ${NATIVE}`, robot: 'engine: browser' },
  });
  expect(resultOf(outcome).joins, outcome.stderr).toMatchObject({ joined: 9, failed: 0 });
  // The frames of a browser's last second are in no sample.
  const { sent } = counts('down', 'pilot');
  expect(counts('down', 'robot').received).toBeLessThanOrEqual(2 * sent);
  for (const group of ['down', 'up', 'browsers']) {
    const robots = counts(group, 'robot');
    expect(robots, JSON.stringify(robots)).toMatchObject({ tracks: 2, silent: 0 });
    // A busy page may read too late.
    expect(shareLost(robots), group).toBeLessThan(0.05);
    expect(robots.received, group).toBeGreaterThan(40);
  }
});

test('a server without data tracks is named, with what to do', async () => {
  await using server = await startLiveKit({
    dir: scratch(),
    config: { enable_data_tracks: false },
  });
  const { url, apiKey, apiSecret } = server;
  const { outcome, counts } = await run(
    { plain: { pilot: NATIVE, robot: 'engine: native' } },
    { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  );
  expect(outcome.stdout).toMatch(/-p1 cannot publish its data track: .*enable_data_tracks: true/);
  expect(counts('plain', 'robot')).toMatchObject({ tracks: 2, silent: 2, received: 0 });
});
