/**
 * Tests that the next rollback from the journal leaves no effect when a drill is killed in the
 * middle of every kind of fault.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startLab, stopLab } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleParams, type Fault, findFault } from '../src/faults/fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { Component, ComponentKind, Platform } from '../src/targets/platform.ts';
import { processState } from '../src/targets/process/inspect.ts';
import { openProcessPlatform } from '../src/targets/process.ts';
import { leftoversOf } from './support/leftovers.ts';

const unavailable = await skipWithout('packet-filter', 'cpu-quota', 'redis', 'haproxy', 'openssl');

const lab = `chaos-test-${process.pid}`;
let dir: string;
let journal: Journal;
let target: Platform;

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-rollback-'));
  journal = openJournal(join(dir, 'journal'));
  const order = {
    nodes: 2,
    with: ['haproxy'] as const,
    offers: ['tls'] as const,
    config: {},
    ruleFiles: [],
    intervalSeconds: 2,
  };
  await startLab(
    { name: lab, ...order },
    { onProgress: () => {}, signal: new AbortController().signal },
  );
  target = await openProcessPlatform({ lab });
});
afterAll(async () => {
  if (unavailable !== null) return;
  await stopLab(lab);
  await rm(dir, { recursive: true, force: true });
});

const program = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Starts a drill and returns its first line, which it prints after the injection. */
const startDrill = async (
  name: string,
  ...args: string[]
): Promise<{ drill: ChildProcess; line: string }> => {
  const drill = spawn(process.execPath, [program(name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (drill.stdout === null) throw new Error('nothing to read from');
  const lines = createInterface({ input: drill.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(drill, 'exit').then(([code]) => {
      throw new Error(`it ended at once: ${code}`);
    }),
  ]);
  return { drill, line };
};

const killDrill = async (drill: ChildProcess): Promise<void> => {
  drill.kill('SIGKILL');
  await once(drill, 'exit');
};

const memberNamed = async (name: string): Promise<Component> => {
  const found = (await target.components()).find((member) => member.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

/** Component for each kind; the lab has no TURN server, no workers of agents and none of egress. */
const COMPONENTS: Record<ComponentKind, string> = {
  node: 'node-1',
  redis: 'redis',
  sentinel: 'sentinel-1',
  'load-balancer': 'haproxy',
  turn: 'turn',
  'agent-worker': 'agent-worker-1',
  egress: 'egress-1',
};

/** Faults that a running lab without Sentinels, backup and nodes that do not run does not have. */
const NOT_HERE = new Set([
  'clock-skew',
  'kill-agent-job',
  'add-node',
  'change-dns',
  'change-keys',
  'rollout',
  'redis-failover',
  'redis-isolation',
  'redis-restore',
]);

interface Case {
  fault: string;
  member: string;
  params: Fault['example'];
}

/** Every fault with its example, and the parameters that need another mechanism. */
const CASES: readonly Case[] = [...FAULTS.values()]
  .filter(({ name }) => !NOT_HERE.has(name))
  .flatMap(({ name, targets: [kind = 'node'], example }): Case[] => {
    const one = { fault: name, member: COMPONENTS[kind], params: example };
    return name === 'packet-loss' ? [one, { ...one, params: { ...example, burst: 3 } }] : [one];
  });

test.each([...NOT_HERE])('%s is not available on this platform, for a reason', async (name) => {
  const fault = findFault(FAULTS, name);
  const why = await fault.unavailable(target, await memberNamed('node-1'), exampleParams(fault));
  expect(why).toMatch(/\w+ \w+/);
});

test.each(CASES)('$fault on $member, $params', async ({ fault, member: name, params }) => {
  const { drill, line: id } = await startDrill(
    'injector.ts',
    lab,
    journal.dir,
    fault,
    JSON.stringify(params),
    name,
  );
  expect((await journal.read()).pending).toMatchObject([
    { id, fault, drill: 'test', components: [{ name }] },
  ]);
  // While its owner runs, the fault is not rolled back.
  expect(await rollbackPending({ journal, faults: FAULTS })).toMatchObject({
    rolledBack: [],
    running: [{ id }],
    failed: [],
  });
  await killDrill(drill);
  expect(await rollbackPending({ journal, faults: FAULTS })).toMatchObject({
    rolledBack: [{ id }],
    running: [],
    failed: [],
    unreadable: [],
  });

  expect(await leftoversOf(id)).toEqual([]);
  expect((await journal.read()).pending).toEqual([]);
  const member = await memberNamed(name);
  const pid = await target.pid(member);
  expect(pid).not.toBeNull();
  expect(processState(pid ?? 0)).not.toBe('T');
  expect(await readFile(`/proc/${pid}/cgroup`, 'utf8')).not.toContain('swarm-chaos');
  if (member.kind === 'node') expect(member.nodeId).toMatch(/^ND_/);
});

test('a drill killed with its own lab: its services are gone, and so are its rules', async () => {
  const { drill, line } = await startDrill('lab-owner.ts', join(dir, 'own-lab'), journal.dir);
  const { ids, pids } = JSON.parse(line) as { ids: string[]; pids: number[] };
  expect(pids.map((pid) => processState(pid))).toEqual(['T']);
  await killDrill(drill);
  const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS });
  expect(failed).toEqual([]);
  expect(rolledBack.map(({ id }) => id)).toEqual(ids.toReversed());
  expect((await Promise.all(ids.map(leftoversOf))).flat()).toEqual([]);
  const deadline = performance.now() + 5_000;
  while (pids.some((pid) => processState(pid) !== null) && performance.now() < deadline)
    await sleep(50);
  expect(pids.map((pid) => processState(pid))).toEqual([null]);
});

test('an impairment ends with its drill, and packets pass before any rollback', async () => {
  const { drill, line: id } = await startDrill(
    'injector.ts',
    lab,
    journal.dir,
    'delay',
    '{"delay":"5s"}',
    'node-2',
  );
  const programs = async (): Promise<string[]> =>
    (await leftoversOf(id)).filter((what) => what.includes('swarm-impair'));
  expect(await programs()).toHaveLength(1);
  await killDrill(drill);
  const deadline = performance.now() + 5_000;
  while ((await programs()).length > 0 && performance.now() < deadline) await sleep(50);
  expect(await programs()).toEqual([]);
  expect((await rollbackPending({ journal, faults: FAULTS })).rolledBack).toMatchObject([{ id }]);
  expect(await leftoversOf(id)).toEqual([]);
});

test('with force, faults of a running drill are rolled back, too', async () => {
  const { drill, line: id } = await startDrill(
    'injector.ts',
    lab,
    journal.dir,
    'blackhole',
    '{}',
    'node-2',
  );
  expect(await rollbackPending({ journal, faults: FAULTS, force: true })).toMatchObject({
    rolledBack: [{ id }],
  });
  expect(await leftoversOf(id)).toEqual([]);
  await killDrill(drill);
});

test('an unreadable entry is reported, stays, and does not prevent other rollbacks', async () => {
  const { drill, line: id } = await startDrill(
    'injector.ts',
    lab,
    journal.dir,
    'blackhole',
    '{}',
    'node-2',
  );
  await killDrill(drill);
  const torn = join(journal.dir, 'aaaaaaaa.json');
  await writeFile(torn, '{"schema":"livekit-swarm/inj');
  const report = await rollbackPending({ journal, faults: FAULTS });
  expect(report.rolledBack).toMatchObject([{ id }]);
  expect(report.unreadable).toEqual([{ file: torn, reason: expect.any(String) }]);
  expect(await readFile(torn, 'utf8')).toContain('livekit-swarm');
  await rm(torn);
});

test('services of a lab that was stopped in between are not started', async () => {
  const { drill } = await startDrill('injector.ts', lab, journal.dir, 'kill', '{}', 'node-2');
  const cut = await startDrill('injector.ts', lab, journal.dir, 'redis-partition', '{}', 'node-1');
  await killDrill(drill);
  await killDrill(cut.drill);
  await stopLab(lab);
  const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS });
  expect(failed).toEqual([]);
  expect(rolledBack).toHaveLength(2);
  expect(await leftoversOf(cut.line)).toEqual([]);
});
