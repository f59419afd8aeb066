/** Options of the runs of `capacity` and `soak`, and the exit code when the guard refuses a run in the middle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concludeCapacity } from '@livekit-swarm/analysis/capacity';
import { DEFAULT_TOLERANCES } from '@livekit-swarm/analysis/soak';
import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { NOTHING_READABLE } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCapacitySession } from './capacity/session.ts';
import { runSoak } from './soak/session.ts';
import type { RemoteTarget } from './target.ts';

/** Options of the runs of a test. */
const runs: { endWhenOverloaded?: boolean }[] = [];

vi.mock('@livekit-swarm/runner', async (original) => ({
  ...(await original<typeof import('@livekit-swarm/runner')>()),
  run: async (options: { endWhenOverloaded?: boolean }) => {
    runs.push(options);
    throw new Error('no load in this test');
  },
}));

let dir = '';
beforeEach(() => {
  runs.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'swarm-step-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** A deployment at which nothing listens, so its API does not answer. */
const target: RemoteTarget = {
  ...{ type: 'remote', url: 'ws://127.0.0.1:9' },
  ...{ apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' },
};

/** The guard of a search, which asks the API before each run whether others have arrived. */
const searchGuard = (): LoadGuard =>
  LoadGuard.of({
    ...{ rules: readHostRules({}, {}), kind: 'search', url: target.url, typed: [target.url] },
    ...{ joinExistingRooms: false, withOtherUsers: false, reads: NOTHING_READABLE },
  });

const scenario = scenarioOfLoad({ rooms: 1, participants: 2, joinRate: 50, durationMs: 5_000 });
const interruption = { stop: new AbortController().signal, kill: new AbortController().signal };
const observer = { onEvent: () => {}, onProgress: () => {}, onEnd: () => {} };
const conditions = { interruption, observer, version: '0.0.0' };

const search = (guard: LoadGuard) =>
  runCapacitySession({
    ...{ scenario, unit: { type: 'rooms' }, limits: [], repeats: 1, folder: dir },
    options: { start: 1, max: 4, growth: 2, resolution: 0.1 },
    request: { target, guard, signalling: 'auto', workers: 1 },
    conditions,
    onStep: () => {},
  });

const soak = (guard: LoadGuard) =>
  runSoak({
    ...{ scenario, departures: ['leave'], forMs: 60_000, settleMs: 1_000, warmUpCycles: 2 },
    ...{ tolerances: DEFAULT_TOLERANCES, sources: [], folder: dir },
    deployed: {
      ...{ ...target, embedded: false, serverVersion: null, sources: [], logs: [], profilers: [] },
      ...{ exited: new Promise(() => {}), stop: async () => {} },
    },
    serverMetrics: { nodes: [], prometheus: null, redis: null, settleMs: 0 },
    request: { guard, signalling: 'auto', workers: 1 },
    conditions,
    onCycle: () => {},
  });

describe('a refusal of the guard in the middle', () => {
  test('ends a search with the exit code of the refusal', async () => {
    const session = await search(searchGuard());
    expect(session).toMatchObject({
      stopped: 'error',
      errorExitCode: 2,
      problem: { code: 'usage', hint: expect.stringContaining('--with-other-users') },
    });
    expect(runs).toEqual([]);
    const { exitCode, end } = concludeCapacity({
      ...{ scenario: 'calls', unit: 'rooms', startedAt: '2026-11-25T12:00:00.000Z', limits: [] },
      ...{ target: { url: target.url, serverVersion: null, nodeCores: null }, cpu: null },
      ...{ steps: session.steps, searches: session.searches, stopped: session.stopped },
      error: session.problem,
      ...(session.errorExitCode !== null && { errorExitCode: session.errorExitCode }),
    });
    expect({ exitCode, end }).toEqual({ exitCode: 2, end: 'error' });
  });

  test('ends a soak with the exit code of the refusal', async () => {
    const { problem } = await soak(searchGuard());
    expect(problem).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(runs).toEqual([]);
  });
});

describe('a run ends when a threshold is crossed by twice its limit', () => {
  test('in a step of a search', async () => {
    await search(ownServerGuard());
    expect(runs).toMatchObject([{ endWhenOverloaded: true }]);
  });

  test('in a cycle of a soak', async () => {
    await soak(ownServerGuard());
    expect(runs).toMatchObject([{ endWhenOverloaded: true }]);
  });
});
