/**
 * Tests that the target rolls back on its own when the controller is killed during every kind of
 * fault.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION, startLab, stopLab } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { openProcessPlatform } from '../src/targets/process.ts';
import { brokenComponents } from './support/broken-components.ts';
import { fakePlatform, NODE } from './support/fake-platform.ts';
import { leftoversOf } from './support/leftovers.ts';

const unavailable = await skipWithout('packet-filter', 'cpu-quota', 'redis', 'haproxy', 'openssl');

const lab = `chaos-expiry-${process.pid}`;
let dir: string;
let journal: Journal;
let target: Platform;

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-expiry-'));
  journal = openJournal(join(dir, 'journal'));
  await startLab(
    {
      ...{ name: lab, nodes: 4, with: ['haproxy'], offers: ['tls'], config: {}, ruleFiles: [] },
      intervalSeconds: 2,
    },
    { onProgress: () => {}, signal: new AbortController().signal },
  );
  target = await openProcessPlatform({ lab });
});
afterAll(async () => {
  if (unavailable !== null) return;
  await rollbackPending({ journal, faults: FAULTS, force: true });
  await stopLab(lab);
  await rm(dir, { recursive: true, force: true });
});

const componentNamed = async (name: string): Promise<Component> => {
  const found = (await target.components()).find((component) => component.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

/**
 * Delay of the automatic rollback, ms: long enough for every injection; injectors that wait longer
 * are killed in between.
 */
const EXPIRES_MS = 6_000;

type Case = [fault: string, component: string, params?: object];

/** Faults on components that no other fault of the same line affects. */
const LINES: readonly (readonly Case[])[] = [
  [
    ['kill', 'node-1'],
    ['hang', 'node-2'],
    ['forced-stop', 'node-3'],
    ['graceful-stop', 'node-4'],
    ['redis-full', 'redis'],
    ['load-balancer-reload', 'haproxy'],
  ],
  [
    ['restart', 'node-1', { down: '60s' }],
    ['blackhole', 'node-2'],
    ['packet-loss', 'node-3', { loss: '20%', burst: 3 }],
    ['delay', 'node-4', { delay: '50ms' }],
    ['load-balancer-restart', 'haproxy', { down: '60s' }],
  ],
  [
    ['jitter', 'node-1', { jitter: '20ms' }],
    ['reorder', 'node-2', { share: '10%' }],
    ['rate-limit', 'node-3', { rate: '1Mbit/s' }],
    ['redis-partition', 'node-4'],
    ['redis-backup', 'redis'],
    ['certificate-expiry', 'haproxy'],
  ],
  [
    ['cpu-pressure', 'node-1', { cores: 0.3 }],
    ['memory-pressure', 'node-2', { megabytes: 300 }],
    ['redis-kill', 'redis'],
    ['renew-certificate', 'haproxy'],
  ],
  [
    ['drain', 'node-1', { grace: '1s' }],
    ['upgrade', 'node-2', { to: DEFAULT_LIVEKIT_VERSION, grace: '1s' }],
    ['remove-node', 'node-4', { grace: '1s' }],
    ['change-config', 'node-3', { config: { room: { empty_timeout: 20 } }, grace: '1s' }],
  ],
];

const startInjector = ([fault, component, params = {}]: Case): ChildProcess & { pid: number } => {
  const drill = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./fixtures/injector.ts', import.meta.url)),
      ...[lab, journal.dir, fault, JSON.stringify(params), component, String(EXPIRES_MS)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  if (drill.pid === undefined) throw new Error('it did not start');
  return Object.assign(drill, { pid: drill.pid });
};

const CONTEXT = {
  ...{ platform: fakePlatform(), components: [NODE], id: 'abcd1234', expiresAfterMs: null },
  params: { burst: 1 },
};

/**
 * Faults of a Redis with Sentinels or a backup (see redis-sentinel.measured.test.ts), and of a node
 * that does not run, which this lab does not have.
 */
const ELSEWHERE = new Set(['redis-isolation', 'redis-restore', 'add-node']);

test('every stateful fault is tested', () => {
  const stateful = [...FAULTS.values()].filter(
    (fault) => fault.rollbackSteps(CONTEXT, NODE).length > 0 && !ELSEWHERE.has(fault.name),
  );
  expect(
    LINES.flat()
      .map(([fault]) => fault)
      .sort(),
  ).toEqual(stateful.map(({ name }) => name).sort());
});

test.each(LINES.map((line) => [line.map(([fault]) => fault).join(', '), line] as const))(
  '%s',
  async (_names, line) => {
    const drills = line.map(startInjector);
    onTestFinished(() => {
      for (const { pid, exitCode, signalCode } of drills)
        if (exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    });
    await expect
      .poll(
        async () => (await journal.read()).pending.filter(({ expiry }) => expiry !== null).length,
        { timeout: 20_000, interval: 20 },
      )
      .toBe(line.length);
    const { pending } = await journal.read();
    for (const { expiry } of pending)
      expect(['detached_process', 'systemd_timer']).toContain(expiry?.methods[0]);
    for (const [index, [, name, params = {}]] of line.entries()) {
      const drill = drills[index];
      // With a down time, the drill is killed in the middle of the injection, while the process is
      // down.
      if ('down' in params)
        await expect.poll(async () => target.pid(await componentNamed(name))).toBeNull();
      else if (drill?.stdout?.readableLength === 0) await once(drill.stdout, 'readable');
    }
    // The whole process group is killed: the armed rollback must not be part of it.
    for (const drill of drills) {
      process.kill(-drill.pid, 'SIGKILL');
      if (drill.signalCode === null) await once(drill, 'exit');
    }
    expect(await brokenComponents(target)).not.toEqual([]);

    await expect
      .poll(async () => (await journal.read()).pending.map(({ fault }) => fault), {
        timeout: EXPIRES_MS + 30_000,
        interval: 200,
      })
      .toEqual([]);
    await expect.poll(() => brokenComponents(target), { timeout: 10_000 }).toEqual([]);
    expect((await Promise.all(pending.map(({ id }) => leftoversOf(id)))).flat()).toEqual([]);
    const { certificates } = target.balancer ?? {};
    expect(await certificates?.present(await componentNamed('haproxy'))).toBe('first');
  },
);

test('the rollback of the drill disarms it, and may come before, after and with it', async () => {
  const fault = FAULTS.get('graceful-stop');
  if (fault === undefined) throw new Error('no fault');
  for (const waitMs of [0, 2_000, 4_000]) {
    const component = await componentNamed('node-1');
    const { id, rollback } = await injectFault({
      fault,
      platform: target,
      components: [component],
      params: {},
      drill: 'test',
      journal,
      expiry: { afterMs: 2_000, required: true },
    });
    await new Promise((done) => setTimeout(done, waitMs));
    await rollback();
    await rollback();
    const { instance } = await componentNamed('node-1');
    expect(instance).not.toBe(component.instance);
    await expect.poll(() => leftoversOf(id), { timeout: 10_000 }).toEqual([]);
    // The second rollback did not terminate the process that the first had started.
    expect((await componentNamed('node-1')).instance).toBe(instance);
    expect(await brokenComponents(target)).toEqual([]);
  }
});

test('a drill that is killed around the SIGTERM of a drain: only a node that had it is started again', {
  timeout: 120_000,
}, async () => {
  const killedAt = async (point: string, component: string): Promise<void> => {
    const drill = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('./fixtures/injector.ts', import.meta.url)),
        ...[lab, journal.dir, 'remove-node', '{"grace":"60s"}', component],
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, SWARM_FAILPOINTS: `${point}=kill` },
      },
    );
    expect(await once(drill, 'exit')).toEqual([null, 'SIGKILL']);
  };
  const instances = async () =>
    Promise.all(['node-1', 'node-2'].map(async (name) => (await componentNamed(name)).instance));
  const before = await instances();
  await Promise.all([killedAt('drain.begin', 'node-1'), killedAt('drain.begun', 'node-2')]);
  const drains = (await journal.read()).pending.map(({ components: [node], draining }) => [
    ...[node?.name, draining],
  ]);
  expect(drains.sort()).toEqual([
    ['node-1', []],
    ['node-2', ['node-2']],
  ]);
  const { failed } = await rollbackPending({ journal, faults: FAULTS });
  expect(failed.map(({ error }) => error.message)).toEqual([]);
  const after = await instances();
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(await brokenComponents(target)).toEqual([]);
});
