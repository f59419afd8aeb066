import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerdictDecision } from '@livekit-swarm/analysis';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import type { ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { openRecord } from '@livekit-swarm/record';
import { expandPlan, parseScenario } from '@livekit-swarm/scenario';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../src/run.ts';
import type { RunOptions } from '../src/run-options.ts';

let dir: string;
let server: LiveKitServer;
let rooms: RoomServiceClient;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-stays-'));
  server = await startLiveKit({ dir });
  rooms = new RoomServiceClient(server.url.replace('ws', 'http'), server.apiKey, server.apiSecret);
});

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

let recordDir: string;
beforeEach(() => {
  recordDir = mkdtempSync(join(tmpdir(), 'swarm-stays-record-'));
});
afterEach(() => rmSync(recordDir, { recursive: true, force: true }));

const RUN = 'st4ys';

const start = async (
  yaml: string,
  more: Partial<RunOptions> = {},
): Promise<RunResult & { lines: RecordLine[] }> => {
  const scenario = parseScenario(yaml, { file: 'test.yaml' });
  const result = await run({
    deployment: { ...server, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
    guard: ownServerGuard(),
    run: RUN,
    plan: expandPlan(scenario, RUN),
    allocation: { workers: 1, threads: 1 },
    signalling: 'auto',
    record: openRecord(join(recordDir, 'record')),
    version: '0.0.0',
    stop: new AbortController().signal,
    ...more,
  });
  const text = readFileSync(result.record, 'utf8').trimEnd();
  return { ...result, lines: text.split('\n').map((line) => JSON.parse(line) as RecordLine) };
};

/**
 * Thresholds of the scenario that were not met: on a busy host, the verdict may be inconclusive
 * nevertheless.
 */
const notKept = ({ thresholds }: VerdictDecision): string[] =>
  thresholds
    .filter(({ source, ok }) => source === 'user' && ok !== true)
    .map(({ metric, value }) => `${metric} ${value}`);

/** Identities of the participants that the server lists. */
const present = async (): Promise<string[]> => {
  const open = await rooms.listRooms();
  const people = await Promise.all(open.map(({ name }) => rooms.listParticipants(name)));
  return people.flat().map(({ identity }) => identity);
};

/**
 * Open descriptors of this test's worker process, from /proc; a worker has a process title of its
 * own.
 */
const descriptorsOfWorker = (): number => {
  const own = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return (
        parent === process.pid &&
        readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('swarm process')
      );
    } catch {
      return false;
    }
  });
  return own.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
};

const resultsIn = (lines: RecordLine[]): ParticipantLine[] =>
  lines.filter((line) => line.type === 'participant');

describe('churn', () => {
  it('leaves as scheduled, without remains on the server or sockets in the worker', async () => {
    const atServer: number[] = [];
    const descriptors: number[] = [];
    let asking = Promise.resolve();
    const { summary, decision, lines } = await start(
      `
scenario: churn
groups:
  lobby:
    executor: per-room-churn
    rooms: 3
    joinRate: 20/s
    duration: 32s
    sessionDuration: { uniform: [3s, 6s] }
    replacementDelay: 500ms
    roles:
      host: { count: 1, publish: audio, permanent: true }
      visitor: { count: 4, publish: [audio, { video: 180p }] }
thresholds:
  join_failures: [rate==0]
  missing_tracks: [rate==0]
  stalled_tracks: [rate==0]
  media_interruptions: [count==0]
`,
      {
        onProgress: () => {
          descriptors.push(descriptorsOfWorker());
          asking = asking
            .then(async () => void atServer.push((await present()).length))
            .catch(() => {});
        },
      },
    );
    await asking;
    expect(notKept(decision)).toEqual([]);
    const results = resultsIn(lines);
    expect(results.length).toBeGreaterThan(60);
    expect(new Set(results.map(({ identity }) => identity)).size).toBe(results.length);
    for (const { at, leaveAtMs, outcome } of results) {
      expect(outcome).toBe('left');
      expect(Math.abs(at - leaveAtMs)).toBeLessThan(1_500);
    }
    // No more participants than places were present at any time, although four times as many
    // joined.
    expect(Math.max(...atServer)).toBeLessThanOrEqual(15);
    expect(Math.max(...atServer)).toBeGreaterThan(9);
    expect(summary.joins).toMatchObject({
      joined: results.length,
      failed: 0,
      disconnected: 0,
      leftEarly: 0,
      unaccounted: 0,
    });
    await expect.poll(present, { timeout: 5_000 }).toEqual([]);

    // A participant that leaves frees its resources.
    const [early, late] = [descriptors.slice(6, 14), descriptors.slice(-10, -1)];
    expect(Math.min(...early)).toBeGreaterThan(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(Math.max(...early) + 6);
  });

  it('may leave while joining without a failed join', async () => {
    // Two round trips of half a second for ICE and DTLS take longer than the participants have.
    const { summary, lines } = await start(`
scenario: hasty
groups:
  steady: { executor: constant-rooms, rooms: 1, duration: 6s, roles: { talker: { count: 2, publish: audio } } }
  hasty:
    executor: constant-arrival-rate
    rate: 2
    duration: 3s
    roomDuration: 1s
    roles: { passer-by: { count: 2, publish: audio, network: { up: { delay: 400ms }, down: { delay: 400ms } } } }
`);
    expect(summary.joins.failed).toBe(0);
    const hasty = resultsIn(lines).filter(({ group }) => group === 'hasty');
    const unfinished = hasty.filter(({ joinTimeMs }) => joinTimeMs === null);
    expect(unfinished.length).toBeGreaterThan(0);
    for (const { outcome, reason } of unfinished) {
      expect({ outcome, reason }).toEqual({ outcome: 'join_failed', reason: 'left_while_joining' });
    }
    expect(summary.joins).toMatchObject({ leftEarly: unfinished.length, unaccounted: 0 });
    expect(summary.tracks.missing).toBe(0);
    await expect.poll(present, { timeout: 5_000 }).toEqual([]);
  });
});

describe('a role that lacks permissions', () => {
  it('joins nevertheless, and its rejected publications are counted', async () => {
    const { summary, decision } = await start(`
scenario: denied
groups:
  rooms:
    executor: constant-rooms
    rooms: 2
    duration: 4s
    roles:
      muted: { count: 1, publish: [audio, { video: 180p }], grants: { canPublishSources: [camera] } }
      talker: { count: 1, publish: audio }
thresholds:
  publish_rejections: [count==2]
  publish_rejections{role:talker}: [count==0]
`);
    expect(notKept(decision)).toEqual([]);
    expect(summary.joins).toMatchObject({ joined: 4, failed: 0, retries: 0 });
    // The talker receives the camera, and the muted participant receives the talker.
    expect(summary.tracks).toMatchObject({ expected: 4, missing: 0 });
    expect(summary.notes).toEqual([{ code: 'publish_rejected', rejected: 2, total: 6 }]);
  });
});

describe('windows', () => {
  it('are evaluated stage by stage', async () => {
    const { decision, summary } = await start(`
scenario: stages
groups:
  rooms:
    executor: ramping-rooms
    startRooms: 1
    joinSpread: 200ms
    stages:
      - { name: calm, duration: 4s, target: 1 }
      - { name: rush, duration: 3s, target: 4 }
      - { name: over, duration: 4s, target: 4 }
    roles: { talker: { count: 2, publish: audio } }
windows: [{ name: middle, from: 4s, to: 8s }]
thresholds:
  packet_loss@*: [rate<0.02]
  join_time@*: [p(95)<3000]
  packets_received@middle: [rate>150]
  packets_received@calm: [rate<130]
  media_latency{role:talker}@2s..4s: [p(95)<300]
`);
    const given = decision.thresholds
      .filter(({ source }) => source === 'user')
      .map(({ metric, ok }) => `${metric} ${ok}`);
    expect(given).toEqual([
      'packet_loss@calm true',
      'packet_loss@rush true',
      'packet_loss@over true',
      'join_time@calm true',
      'join_time@rush true',
      // The last room opens after the end of the stage `rush`.
      'join_time@over true',
      'packets_received@middle true',
      'packets_received@calm true',
      'media_latency{role:talker}@2s..4s true',
    ]);
    expect(summary.windows.map(({ window }) => window.name)).toEqual(
      expect.arrayContaining(['joining', 'steady', 'calm', 'rush', 'over', 'middle', '2s..4s']),
    );
  });
});

describe('abortOnFail', () => {
  it('ends a run soon after its delay, and all participants leave', async () => {
    const { summary, decision, lines } = await start(`
scenario: stopped
groups:
  rooms: { executor: constant-rooms, rooms: 3, duration: 20s, roles: { talker: { count: 2, publish: audio } } }
thresholds:
  packets_received: [{ threshold: count<10, abortOnFail: true, delayAbortEval: 3s }]
`);
    expect(summary.end?.reason).toBe('threshold_crossed');
    expect(summary.abortedBy?.at).toBeGreaterThanOrEqual(3_000);
    expect(summary.end?.at).toBeLessThan(5_000);
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toMatchObject({
      code: 'run_aborted',
      threshold: { metric: 'packets_received', value: expect.any(Number) },
    });
    expect(summary.abortedBy?.value).toBeGreaterThanOrEqual(10);
    expect(summary.abortedBy?.at).toBeLessThan(4_000);
    expect(resultsIn(lines)).toHaveLength(6);
    await expect.poll(present, { timeout: 5_000 }).toEqual([]);
  });
});
