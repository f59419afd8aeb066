/** Run whose caller acts on its server meanwhile. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRecord } from '@livekit-swarm/analysis';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import type { EventLine, RecordLine } from '@livekit-swarm/record';
import { openRecord } from '@livekit-swarm/record';
import { expandPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LiveRun } from '../src/live-run.ts';
import { run } from '../src/run.ts';

let dir: string;
let cluster: Cluster;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-live-'));
  cluster = await startCluster({ dir, nodes: 1 });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Ends a node with participants in its rooms, and restarts it a second later. */
const restartNode = async (): Promise<void> => {
  const node = cluster.service('node-1');
  node.signal('SIGTERM');
  await sleep(300);
  node.signal('SIGTERM');
  await node.ended();
  await sleep(1_000);
  await node.start();
};

test('a short outage does not end a run if its participants rejoin', async () => {
  const lines: RecordLine[] = [];
  const events = (): EventLine[] => lines.filter((line) => line.type === 'event');
  const count = (name: EventLine['event']): number =>
    events().filter(({ event }) => event === name).length;
  const until = async (isSo: () => boolean): Promise<void> => {
    for (const giveUpAt = Date.now() + 20_000; !isSo() && Date.now() < giveUpAt; ) await sleep(50);
  };
  const done = Promise.withResolvers<void>();
  const drive = async (live: LiveRun): Promise<void> => {
    await until(() => count('media_started') === 12);
    live.append({ event: 'steady_state_reached' });
    await restartNode();
    await until(() => count('media_resumed') === 12);
    live.stop();
  };
  const { summary, decision, record } = await run({
    deployment: { ...cluster, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
    guard: ownServerGuard(),
    run: 'l1ve',
    plan: expandPlan(
      scenarioOfLoad({
        rooms: 2,
        participants: 3,
        joinRate: 50,
        durationMs: 90_000,
      }),
      'l1ve',
    ),
    allocation: { workers: 2, threads: 1 },
    signalling: 'v1',
    record: openRecord(join(dir, 'record')),
    version: '0.0.0',
    stop: new AbortController().signal,
    reconnectPolicy: 'app',
    watchMedia: true,
    onStart: (live) => void drive(live).then(done.resolve, done.reject),
    onLine: (line) => lines.push(line),
  });
  await done.promise;

  expect(summary.end?.reason).toBe('stopped');
  expect(summary.end?.at).toBeLessThan(60_000);
  // A participant that loses the connection before the server's leave message arrives reconnects as
  // the SDKs do.
  expect(count('disconnected')).toBeGreaterThan(0);
  expect(count('rejoined')).toBe(count('disconnected'));
  expect(count('rejoined') + count('reconnected')).toBe(6);
  expect(count('join_failed')).toBe(0);
  expect(summary.joins).toMatchObject({
    planned: 6,
    joined: 6,
    failed: 0,
    disconnected: 0,
    reconnects: 6,
    unaccounted: 0,
  });
  expect(decision.reasons.map(({ code }) => code)).not.toContain('run_cut_short');
  const people = lines.filter((line) => line.type === 'participant');
  expect(people).toHaveLength(6);
  for (const line of people) {
    expect(line).toMatchObject({ outcome: 'left', reason: null, remoteParticipants: 2 });
    expect(line.reconnects + (line.rejoins ?? 0)).toBe(1);
  }
  // The record contains the result, and reading it yields the same one.
  const written = readFileSync(record, 'utf8');
  expect(lines[0]).toMatchObject({ type: 'header', reconnectPolicy: 'app' });
  expect(written).toContain('"event":"steady_state_reached"');
  expect(written).not.toMatch(/eyJ[\w-]+\./);
  expect((await readRecord(join(dir, 'record'))).joins).toEqual(summary.joins);
});

test('an outage ends a run if its participants do not rejoin', async () => {
  let restarted: Promise<void> = Promise.resolve();
  const { summary } = await run({
    deployment: { ...cluster, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
    guard: ownServerGuard(),
    run: 'l2ve',
    plan: expandPlan(scenarioOfLoad({ rooms: 1, participants: 2, durationMs: 60_000 }), 'l2ve'),
    allocation: { workers: 1, threads: 1 },
    signalling: 'v1',
    record: openRecord(join(dir, 'record-none')),
    version: '0.0.0',
    stop: new AbortController().signal,
    reconnectPolicy: 'none',
    onStart: (live) => {
      restarted = sleep(2_500 - live.elapsedMs()).then(restartNode);
    },
  });
  expect(summary.end?.reason).toBe('no_participants_left');
  expect(summary.joins).toMatchObject({ joined: 2, disconnected: 2, reconnects: 0, resumes: 0 });
  await restarted;
});
