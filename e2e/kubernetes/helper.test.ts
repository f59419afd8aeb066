/**
 * Tests `swarm chaos run --helper` by the command line, on livekit-servers of the host network under
 * calls: every fault, and that nothing is left when the helper or the drill is killed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrillResult } from '@livekit-swarm/chaos';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  HELPER_IMAGE,
  loadHelperImage,
} from '../../packages/chaos/test-kubernetes/helper-image.ts';
import {
  HELPERS,
  helperLeftovers,
  helperPids,
} from '../../packages/chaos/test-kubernetes/helper-leftovers.ts';
import { type Rehearsal, rehearse } from '../../packages/chaos/test-kubernetes/support.ts';
import { expectDrillPassedUnlessBusy } from '../support/busy-host.ts';
import { type Outcome, runSwarm, scratch, startSwarm } from '../support/swarm.ts';
import { calmDrill, drillEnvironment, smallCalls, TARGET } from './support/drill-files.ts';

const unavailable = await skipWithout('packet-filter', 'redis', 'haproxy');

const RBAC = fileURLToPath(
  new URL('../../examples/kubernetes/chaos-helper-rbac.yaml', import.meta.url),
);
/** Time for three attempts of a drill on a host that other programs use, ms. */
const ATTEMPTS_MS = 500_000;

let dir: string;
let here: Rehearsal;
let env: Record<string, string>;
beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-helper-'));
  here = await rehearse(dir);
  await loadHelperImage(here.cluster);
  await here.cluster.kubectl(['apply', '-f', RBAC]);
  env = drillEnvironment({ ...here, ...here.livekit, state: join(dir, 'state') });
}, 400_000);
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

/** Times that let three attempts end in time. */
const TIMES = { within: '20s', more: 'recovery: 10s\n' };

const drillArgs = (name: string, faults: readonly string[]): string[] => [
  ...['chaos', 'run', calmDrill(dir, name, faults, TIMES)],
  ...['--scenario', smallCalls(dir), '--repeats', '1'],
  ...['--kubernetes', 'livekit', '--confirm-target', TARGET, '--redis', here.redisUrl],
  ...['--helper', '--helper-image', HELPER_IMAGE, '--helper-namespace', HELPERS],
  ...['--record', join(scratch(), name), '--json'],
];

/** Executes a drill, which passes, or which this host is too busy to judge. */
const runDrill = async (name: string, faults: readonly string[]): Promise<Outcome> => {
  const outcome = await runSwarm(drillArgs(name, faults), env, dir);
  expect(outcome.stdout, outcome.stderr).not.toBe('');
  expectDrillPassedUnlessBusy(outcome.exit, JSON.parse(outcome.stdout) as DrillResult);
  return outcome;
};

const leftovers = (): Promise<string[]> => helperLeftovers(here.cluster);

const rollback = async (): Promise<string> => {
  const { exit, stdout, stderr } = await runSwarm(['chaos', 'rollback'], env, dir);
  expect(exit, `${stdout}${stderr}`).toBe(0);
  return stdout;
};

const expectServersReady = (): Promise<string> =>
  here.cluster.kubectl(
    ['rollout', 'status', 'statefulset/livekit', '-n', 'livekit', '--timeout=60s'],
    { timeoutMs: 70_000 },
  );

it(
  'loses the packets of a server on the host network for as long as the drill states',
  async () => {
    const outcome = await runDrill('blackhole', [
      '{ target: room-node, for: 8s, fault: blackhole }',
    ]);
    // The manifest of the helper was shown.
    expect(outcome.stderr).toMatch(/privileged: true/);
    const [repeat] = (JSON.parse(outcome.stdout) as DrillResult).repeats;
    const interrupted = (repeat?.recovery.subscriptions ?? []).flatMap(({ interruptionMs }) =>
      interruptionMs === 0 ? [] : [interruptionMs],
    );
    expect(interrupted.length, outcome.stderr).toBeGreaterThan(0);
    expect(await leftovers()).toEqual([]);
  },
  ATTEMPTS_MS,
);

it(
  'injects every fault that a helper has, and leaves nothing',
  async () => {
    const faults = [
      'packet-loss, with: { loss: 20% }',
      'delay, with: { delay: 100ms }',
      'jitter, with: { jitter: 30ms }',
      'reorder, with: { share: 10% }',
      'rate-limit, with: { rate: 2Mbps }',
      'redis-partition',
      'cpu-pressure, with: { cores: 0.5 }',
      'memory-pressure, with: { megabytes: 300 }',
      'hang',
    ].map((fault, index) => `{ target: room-node, at: ${index * 4}s, for: 2s, fault: ${fault} }`);
    const outcome = await runDrill('every', faults);
    const [repeat] = (JSON.parse(outcome.stdout) as DrillResult).repeats;
    const injected = repeat?.recovery.faults ?? [];
    expect(injected, outcome.stderr).toHaveLength(faults.length);
    expect(injected.filter(({ rolledBackAt }) => rolledBackAt === null)).toEqual([]);
    expect(repeat?.recovery.subscriptionsNotRecovered).toBe(0);
    expect(await leftovers()).toEqual([]);
    expect(await rollback()).toContain('Nothing to roll back');
  },
  ATTEMPTS_MS,
);

/** Begins a drill whose faults would last for a minute. */
const beginDrill = async (name: string) => {
  const faults = ['hang', 'delay, with: { delay: 50ms }'].map(
    (fault) => `{ target: room-node, for: 60s, fault: ${fault} }`,
  );
  const swarm = startSwarm(drillArgs(name, faults), env, dir);
  await swarm.says(/fault injected: hang/, 120_000);
  await swarm.says(/fault injected: delay/, 10_000);
  return swarm;
};

it('is void when the helper is killed, which undoes everything when it starts again', async () => {
  const swarm = await beginDrill('helper-killed');
  const pids = await helperPids();
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await swarm.says(/drill void: (hang|delay) of livekit-\d was gone before its rollback/, 60_000);
  // It would be repeated.
  swarm.signal('SIGINT');
  expect(await swarm.ended, swarm.stderr()).toBe(130);
  expect(await leftovers()).toEqual([]);
  await expectServersReady();
  expect(await rollback()).toContain('Nothing to roll back');
});

it('leaves nothing when the drill is killed, without any further command', async () => {
  const swarm = await beginDrill('drill-killed');
  swarm.signal('SIGKILL');
  await swarm.ended;
  expect(await leftovers()).not.toEqual([]);
  await expect.poll(leftovers, { timeout: 90_000, interval: 500 }).toEqual([]);
  await expectServersReady();
});
