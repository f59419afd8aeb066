import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '@livekit-swarm/analysis';
import { parseThreshold } from '@livekit-swarm/metrics';
import type { ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { openRecord } from '@livekit-swarm/record';
import { expandPlan, type GroupSpec, type Scenario } from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { test as base, describe } from 'vitest';
import { welcomingServer } from '../test/support/welcoming-server.ts';
import type { Progress } from './progress.ts';
import { type RunResult, run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { readRunSecrets } from './run-secrets.ts';

const small: Partial<LoadSpec> = {
  rooms: 2,
  participants: 2,
  joinRate: 100,
  durationMs: 2_000,
};

const planOf = (scenario: Scenario, ...thresholds: string[]) =>
  expandPlan({ ...scenario, thresholds: thresholds.map(parseThreshold) }, 't3st');

interface Fixture {
  dir: string;
  server: Awaited<ReturnType<typeof welcomingServer>>;
  stop: AbortController;
  start(spec: Partial<LoadSpec>, more?: Partial<RunOptions>): Promise<RunResult>;
}

/**
 * Fixture with a server and a folder of its own for each test: the tests wait most of the time, so
 * they run concurrently.
 */
const test = base.extend<{ fixture: Fixture }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures from the pattern.
  fixture: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'swarm-run-'));
    const server = await welcomingServer();
    const stop = new AbortController();
    const start: Fixture['start'] = (spec, more = {}) =>
      run({
        deployment: server.deployment,
        guard: ownServerGuard(),
        run: 't3st',
        plan: planOf(scenarioOfLoad({ ...small, ...spec }), 'join_failures: rate<0.5'),
        allocation: { workers: 2, threads: 1 },
        signalling: 'auto',
        record: openRecord(join(dir, 'record')),
        version: '0.0.0',
        stop: stop.signal,
        engineModule: new URL('../test/support/fake-engine.ts', import.meta.url).href,
        ...more,
      });
    await use({ dir, server, stop, start });
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  },
});

/** Groups like those that flags make, each with one difference. */
const scenarioWith = (...groups: Partial<GroupSpec>[]): Scenario => {
  const scenario = scenarioOfLoad(small);
  const like = scenario.groups.flatMap((group) =>
    groups.map((changes) => ({ ...group, ...changes })),
  );
  return { ...scenario, groups: like };
};

const resultsIn = (file: string): ParticipantLine[] =>
  linesOf(file).filter((line) => line.type === 'participant');

const linesOf = (file: string): RecordLine[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordLine);

describe.concurrent('run', { timeout: 180_000 }, () => {
  test('records a header, the deployment, joins, samples, all results and the end', async ({
    fixture: { start },
    expect,
  }) => {
    const seen: Progress[] = [];
    const { summary, record } = await start({}, { onProgress: (progress) => seen.push(progress) });
    const lines = linesOf(record);
    expect(lines.map(({ type }) => type).slice(0, 2)).toEqual(['header', 'deployment']);
    expect(lines.filter((line) => line.type === 'event' && line.event === 'joined')).toHaveLength(
      4,
    );
    expect(lines.filter(({ type }) => type === 'participant')).toHaveLength(4);
    expect(lines.at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
    const shards = new Set(lines.flatMap((line) => (line.type === 'sample' ? [line.shard] : [])));
    expect(shards).toEqual(new Set([-1, 0, 1]));
    expect(summary.joins).toMatchObject({ planned: 4, joined: 4, failed: 0, unaccounted: 0 });
    expect(summary.deployment).toMatchObject({ nodes: ['ND_fake'], serverVersion: '1.13.4' });
    const last = seen.findLast(({ phase }) => phase === 'steady');
    expect(last).toMatchObject({ planned: 4, connected: 4, loss: 0 });
    expect(last?.packetsPerSecond.down).toBeGreaterThan(0);
  });

  test('uses the secrets that its caller has read, and does not read them again', async ({
    fixture: { start },
    expect,
  }) => {
    const name = 'SWARM_SECRET_OF_RUN_TEST';
    const e2ee = { secret: { passphrase: { env: name } }, keyIndex: 0, ratchet: 0 };
    const scenario = scenarioOfLoad(small);
    const groups = scenario.groups.map((group) => ({
      ...group,
      roles: group.roles.map((role) => ({ ...role, e2ee })),
    }));
    const plan = planOf({ ...scenario, groups });
    process.env[name] = 'swordfish';
    const secrets = await readRunSecrets(plan, ownServerGuard());
    delete process.env[name];
    await expect(readRunSecrets(plan, ownServerGuard())).rejects.toThrow(name);
    const { summary } = await start({}, { plan, secrets });
    expect(summary.joins).toMatchObject({ planned: 4, joined: 4 });
  });

  test('writes a record that yields the same verdict when it is read', async ({
    fixture: { dir, start },
    expect,
  }) => {
    const { summary, record } = await start({});
    const again = await readRecord(join(dir, 'record'));
    expect(again.joins).toEqual(summary.joins);
    expect(again.traffic).toEqual(summary.traffic);
    expect(record).toBe(join(dir, 'record', 'record.ndjson'));
  });

  test('never writes the secret or a token', async ({ fixture: { server, start }, expect }) => {
    const { record } = await start({});
    const text = readFileSync(record, 'utf8');
    expect(text).not.toContain(server.deployment.apiSecret);
    expect(text).not.toMatch(/eyJ[\w-]+\./);
  });

  test('removes empty logs', async ({ fixture: { dir, start }, expect }) => {
    await start({});
    expect(readdirSync(join(dir, 'record'))).toEqual(['record.ndjson']);
  });

  test('has results for all participants of a killed worker, and continues', async ({
    fixture: { start },
    expect,
  }) => {
    const { summary, decision, record } = await start({
      room: 'crash',
      rooms: 1,
      participants: 4,
      joinRate: 2,
    });
    const deaths = linesOf(record).filter(
      (line) => line.type === 'event' && line.event === 'process_died',
    );
    expect(deaths[0]).toMatchObject({ reason: 'SIGKILL' });
    const lost = linesOf(record).filter(
      (line) => line.type === 'participant' && line.outcome === 'process_died',
    );
    expect(lost).toHaveLength(4);
    expect(summary.generator.processesDied).toBe(2);
    expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
  });

  test('ends early when all joins fail, with the rejections as the reason', async ({
    fixture: { start },
    expect,
  }) => {
    const { summary, decision } = await start({
      room: 'refuse',
      rooms: 1,
      participants: 4,
      durationMs: 60_000,
    });
    expect(summary.end?.reason).toBe('no_participants_left');
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 3 });
    expect(decision.reasons[0]).toMatchObject({
      code: 'deployment_unreachable',
      failure: { message: expect.stringContaining('no room at the inn') },
    });
  });

  test('leaves and evaluates the measurements so far if it is stopped', async ({
    fixture: { start, stop },
    expect,
  }) => {
    const onProgress = ({ joined }: Progress): void => void (joined === 4 && stop.abort());
    const { summary, decision, record } = await start({ durationMs: 60_000 }, { onProgress });
    expect(summary.end?.reason).toBe('interrupted');
    expect(decision.exitCode).toBe(130);
    expect(linesOf(record).filter(({ type }) => type === 'participant')).toHaveLength(4);
  });

  test('is stopped by its caller without an interruption, and the record has the lines of the caller', async ({
    fixture: { dir, start },
    expect,
  }) => {
    const onStart: RunOptions['onStart'] = (live) => {
      expect(live.elapsedMs()).toBeLessThan(0);
      live.append({ event: 'void', reason: { code: 'ended_before_steady_state' } }, 7);
      setTimeout(() => {
        live.append({ event: 'steady_state_reached' });
        live.stop();
        live.stop();
      }, 1_500);
    };
    const { summary, decision, record } = await start({ durationMs: 60_000 }, { onStart });
    expect(summary.end?.reason).toBe('stopped');
    expect(summary.end?.at).toBeLessThan(60_000);
    expect(summary.joins).toMatchObject({ joined: 4, unaccounted: 0, disconnected: 0 });
    expect(decision.reasons.map(({ code }) => code)).not.toContain('run_cut_short');
    const told = linesOf(record).filter(({ type }) => type === 'drill');
    expect(told).toEqual([
      { type: 'drill', at: 7, event: 'void', reason: { code: 'ended_before_steady_state' } },
      { type: 'drill', at: expect.any(Number), event: 'steady_state_reached' },
    ]);
    expect((await readRecord(join(dir, 'record'))).end).toEqual(summary.end);
  });

  test.for(['killed', 'exited', 'guard_died'] as const)(
    'is inconclusive after a server was ended by something else: %s',
    async (cause, { fixture: { server, start }, expect }) => {
      setTimeout(() => server.die(cause), 1_500);
      const { summary, decision, record } = await start({ durationMs: 60_000 });
      expect(summary.end?.reason).toBe('server_killed');
      expect(decision).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
      expect(decision.health).toContainEqual({ code: 'server_killed', value: 1, limit: 0 });
      expect(linesOf(record)).toContainEqual(
        expect.objectContaining({ event: 'server_died', reason: cause }),
      );
    },
  );

  test('ends soon after a failure of the server, and fails', async ({
    fixture: { server, start },
    expect,
  }) => {
    setTimeout(() => server.die('crashed'), 1_500);
    const { summary, decision } = await start({ durationMs: 60_000 });
    expect(summary.end?.reason).toBe('server_died');
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toMatchObject({ code: 'server_died' });
  });

  test('kills a worker that does not stop in time, and records it', async ({
    fixture: { start },
    expect,
  }) => {
    const { summary, record } = await start({
      room: 'stay',
      rooms: 1,
      participants: 2,
      durationMs: 1_000,
    });
    expect(summary.generator.processesDied).toBe(2);
    expect(linesOf(record).at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
  });

  test('writes the result of a participant when it leaves', async ({
    fixture: { start },
    expect,
  }) => {
    const churn = {
      type: 'per-room-churn' as const,
      rooms: 2,
      joinRate: 100,
      durationMs: 4_000,
      sessionDuration: { distribution: 'constant' as const, ms: 1_200 },
      replacementDelay: { distribution: 'constant' as const, ms: 100 },
    };
    const plan = expandPlan(scenarioWith({ name: 'lobby', executor: churn }), 't3st');
    expect(plan.participants.length).toBeGreaterThan(8);
    const seen: Progress[] = [];
    const { summary, record } = await start(
      {},
      { plan, onProgress: (progress) => seen.push(progress) },
    );
    const results = resultsIn(record);
    expect(new Set(results.map(({ identity }) => identity)).size).toBe(plan.participants.length);
    const early = results.filter(({ leaveAtMs }) => leaveAtMs < plan.endAtMs);
    expect(early.length).toBeGreaterThan(4);
    const lines = linesOf(record);
    const lastJoin = lines.findLastIndex(
      (line) => line.type === 'event' && line.event === 'joined',
    );
    expect(lines.findIndex(({ type }) => type === 'participant')).toBeLessThan(lastJoin);
    expect(summary.joins).toMatchObject({
      joined: plan.participants.length,
      failed: 0,
      disconnected: 0,
      unaccounted: 0,
    });
    expect(summary.end?.reason).toBe('completed');
    expect(Math.max(...seen.map(({ connected }) => connected))).toBeLessThanOrEqual(4);
    expect(seen.some(({ phase }) => phase === 'steady')).toBe(true);
  });

  test('waits for scheduled participants although none is connected', async ({
    fixture: { start },
    expect,
  }) => {
    const once = { type: 'constant-rooms' as const, rooms: 1, joinRate: 100, durationMs: 1_000 };
    const plan = expandPlan(
      scenarioWith(
        { name: 'first', roomPrefix: 'refuse', executor: once },
        { name: 'second', startMs: 3_000, executor: once },
      ),
      't3st',
    );
    const { summary } = await start({}, { plan });
    expect(summary.joins).toMatchObject({ planned: 4, joined: 2, failed: 2 });
    expect(summary.end?.reason).toBe('completed');
  });

  test('ends when all remaining participants have failed', async ({
    fixture: { start },
    expect,
  }) => {
    const stay = (durationMs: number) => ({
      type: 'constant-rooms' as const,
      rooms: 1,
      joinRate: 100,
      durationMs,
    });
    const plan = expandPlan(
      scenarioWith(
        { name: 'bad', roomPrefix: 'refuse', executor: stay(60_000) },
        { name: 'good', executor: stay(1_500) },
      ),
      't3st',
    );
    const { summary } = await start({}, { plan });
    expect(summary.end?.reason).toBe('no_participants_left');
    expect(summary.end?.at).toBeLessThan(60_000);
  });

  const doomed = (threshold: string, durationMs = 60_000) => {
    const once = { type: 'constant-rooms' as const, rooms: 2, joinRate: 100, durationMs };
    return planOf(
      scenarioWith(
        { name: 'good', executor: once },
        { name: 'bad', roomPrefix: 'refuse', startMs: 1_500, executor: once },
      ),
      threshold,
    );
  };

  test('is ended by a threshold with abortOnFail, and fails', async ({
    fixture: { dir, start },
    expect,
  }) => {
    const plan = doomed('join_failures: rate<0.2 abortOnFail after 1s');
    const { summary, decision, record } = await start({}, { plan });
    expect(summary.end?.reason).toBe('threshold_crossed');
    expect(summary.end?.at).toBeGreaterThan(1_500);
    expect(summary.end?.at).toBeLessThan(60_000);
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toEqual({
      code: 'run_aborted',
      threshold: {
        threshold: 'join_failures: rate<0.2 abortOnFail after 1s',
        metric: 'join_failures',
        value: 0.5,
        at: expect.any(Number),
      },
    });
    expect(summary.abortedBy?.at).toBeGreaterThan(2_000);
    expect(summary.abortedBy?.at).toBeLessThan(60_000);
    expect(resultsIn(record)).toHaveLength(8);
    const again = await readRecord(join(dir, 'record'));
    expect(again.abortedBy).toEqual(summary.abortedBy);
  });

  test('is ended by a threshold although its plan ends while a node is profiled', async ({
    fixture: { start },
    expect,
    onTestFinished,
  }) => {
    const planMs = 12_000;
    const slow = createServer((_request, response) => {
      setTimeout(() => response.writeHead(404).end(), planMs);
    });
    onTestFinished(() => void slow.close());
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const plan = doomed('join_failures: rate<0.2 abortOnFail after 1s', planMs);
    const profilers = [{ node: 'sfu', url }];
    const { summary } = await start({}, { plan, server: { sources: [], settleMs: 0, profilers } });
    expect(summary.end?.reason).toBe('threshold_crossed');
    expect(summary.end?.at).toBeGreaterThanOrEqual(planMs);
    expect(summary.server.profiles).toMatchObject([{ node: 'sfu', file: null }]);
  });

  test('is ended by a threshold that is crossed by twice its limit for ten seconds, if that is requested', async ({
    fixture: { start },
    expect,
  }) => {
    const plan = doomed('join_failures: rate<0.2');
    const { summary, decision, record } = await start({}, { plan, endWhenOverloaded: true });
    expect(summary.end?.at).toBeGreaterThan(11_000);
    expect(summary.end?.at).toBeLessThan(60_000);
    // If this host was busy meanwhile, the crossing is not certain, and the run is only stopped.
    const isDoubted = linesOf(record).some(
      (line) => line.type === 'event' && line.reason === 'threshold_doubted',
    );
    expect(summary.end?.reason).toBe(isDoubted ? 'stopped' : 'threshold_crossed');
    if (isDoubted) return;
    expect(decision).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(decision.reasons[0]).toMatchObject({ code: 'run_aborted' });
  });

  test('is not ended by a threshold before its delay', async ({
    fixture: { start, stop },
    expect,
  }) => {
    const onProgress = ({ elapsedMs }: Progress): void => void (elapsedMs > 4_000 && stop.abort());
    const plan = doomed('join_failures: rate<0.2 abortOnFail after 10s');
    const { summary } = await start({}, { plan, onProgress });
    expect(summary.end?.reason).toBe('interrupted');
    expect(summary.abortedBy).toBeNull();
  });

  test('is not ended by a threshold on a metric that was not measured', async ({
    fixture: { start },
    expect,
  }) => {
    const plan = planOf(scenarioOfLoad(small), 'reconnect_time: p(95)<1 abortOnFail');
    const { summary } = await start({}, { plan });
    expect(summary.end?.reason).toBe('completed');
  });

  test('reports why no worker could be started', async ({ fixture: { start }, expect }) => {
    await expect(start({}, { engineModule: './nothing-here.ts' })).rejects.toThrow(/nothing-here/);
  });
});
