/**
 * Tests of the helper of Kubernetes nodes, as its pod runs it, on a process in a cgroup that is
 * named as that of a container: what it does to this process, and that nothing is left when it is
 * killed, or its drill is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type ControlGroup,
  enterControlGroup,
  makeControlGroup,
  planControlGroup,
  removeControlGroup,
} from '@livekit-swarm/testkit/kubernetes/control-group';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { controllerFolder, findContainer, stateOf } from '../src/pod-helper/pod-container.ts';
import {
  type AnsweredRequest,
  type HelperFault,
  type HelperReply,
  helperReply,
} from '../src/pod-helper/protocol.ts';
import { median, startEcho } from './support/echo.ts';
import { leftoversOf } from './support/leftovers.ts';

const unavailable = await skipWithout('packet-filter', 'cpu-quota');

const cli = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const echoProgram = fileURLToPath(new URL('./fixtures/echo-server.ts', import.meta.url));
const container = randomBytes(32).toString('hex');
const target = { pod: 'livekit-0', containerId: `containerd://${container}` };
const NETWORK = { type: 'network', protocol: 'udp', direction: 'both', peerPorts: null } as const;

let group: ControlGroup;
let dir: string;
let server: ChildProcess;
let port: number;
beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-helper-'));
  // With cgroup v2, a group has the controllers that the one above passes on.
  const passedOn = '/sys/fs/cgroup/cgroup.subtree_control';
  if (existsSync(passedOn)) writeFileSync(passedOn, '+cpu +memory');
  group = planControlGroup(container);
  makeControlGroup(group);
  const [command, ...args] = enterControlGroup({ ...group, entrances: group.folders }, [
    ...[process.execPath, echoProgram],
  ]);
  server = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout ?? process.stdin }), 'line');
  port = Number(line);
});
afterAll(async () => {
  if (unavailable !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGCONT');
  server.kill('SIGKILL');
  await ended;
  expect(await removeControlGroup(group.folders)).toBe(true);
  await rm(dir, { recursive: true, force: true });
});

interface Helper extends AsyncDisposable {
  ask(request: AnsweredRequest): Promise<HelperReply>;
  kill(signal: NodeJS.Signals): Promise<void>;
  ended: Promise<number | null>;
}

let requests = 0;
const startHelper = async (timeout = '1h'): Promise<Helper> => {
  const child = spawn(
    process.execPath,
    [
      ...[cli, 'chaos', 'helper', '--effects', join(dir, 'effects.json')],
      ...['--heartbeat-timeout', timeout, '--lifetime', '1h'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const waiting = new Map<string, (reply: HelperReply) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = helperReply.parse(JSON.parse(line));
    waiting.get(reply.reply)?.(reply);
  });
  // Its first line: it is ready.
  await once(createInterface({ input: child.stderr }), 'line');
  return {
    ended,
    ask: (request) => {
      const answered = Promise.withResolvers<HelperReply>();
      waiting.set(request.request, answered.resolve);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answered.promise;
    },
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const inject = async (helper: Helper, id: string, fault: HelperFault, seconds = 60) =>
  helper.ask({ op: 'inject', request: `${requests++}`, id, target, fault, seconds });
const undo = async (helper: Helper, id: string) =>
  helper.ask({ op: 'undo', request: `${requests++}`, id });
const find = async (helper: Helper, id: string) =>
  (await helper.ask({ op: 'find', request: `${requests++}`, id, pod: target.pod })).found;

const talk = async (count = 40) => {
  await using other = await startEcho(port);
  return await other.talk(count);
};

const noneLeft = async (id: string): Promise<void> => {
  expect(await leftoversOf(id)).toEqual([]);
  expect(existsSync(join(dir, 'effects.json'))).toBe(false);
};

test('packets of the pod are lost and delayed, and those of other processes are not', async () => {
  await using helper = await startHelper();
  await using control = await startEcho();
  expect((await talk()).roundTrips).toHaveLength(40);

  const lossy: HelperFault = { ...NETWORK, loss: 1 };
  expect((await helper.ask({ op: 'check', request: 'c', target, fault: lossy })).why).toBeNull();
  expect((await inject(helper, 'lost0001', lossy)).why).toBeNull();
  expect(await find(helper, 'lost0001')).toBeNull();
  expect((await talk()).roundTrips).toEqual([]);
  expect((await control.talk(40)).roundTrips).toHaveLength(40);
  expect((await undo(helper, 'lost0001')).why).toBeNull();
  expect((await talk()).roundTrips).toHaveLength(40);
  await noneLeft('lost0001');

  for (const direction of ['in', 'out'] as const) {
    await inject(helper, 'half0001', { ...NETWORK, direction, loss: 0.5 });
    const received = (await talk(400)).roundTrips.length;
    await undo(helper, 'half0001');
    // Four standard deviations.
    expect(received).toBeGreaterThan(160);
    expect(received).toBeLessThan(240);
  }

  const late: HelperFault = { ...NETWORK, delayMs: 100 };
  expect((await helper.ask({ op: 'check', request: 'd', target, fault: late })).why).toBeNull();
  await inject(helper, 'late0001', late);
  expect(await find(helper, 'late0001')).toBeNull();
  // A packet on loopback passes the pod's link once in each direction.
  expect(median((await talk()).roundTrips)).toBeGreaterThanOrEqual(200);
  expect(median((await control.talk(40)).roundTrips)).toBeLessThan(100);
  await undo(helper, 'late0001');
  expect(median((await talk()).roundTrips)).toBeLessThan(100);
  await noneLeft('late0001');
});

test('a pod hangs, and a helper that was killed continues it when it starts again', async () => {
  {
    await using helper = await startHelper();
    expect((await inject(helper, 'hang0001', { type: 'hang' })).why).toBeNull();
    await inject(helper, 'lost0002', { ...NETWORK, loss: 1 });
    await inject(helper, 'late0002', { ...NETWORK, delayMs: 10 });
    expect(await find(helper, 'hang0001')).toBeNull();
    expect(stateOf(server.pid ?? 0)).toBe('T');
    await helper.kill('SIGKILL');
  }
  expect(stateOf(server.pid ?? 0)).toBe('T');
  await using helper = await startHelper();
  expect(stateOf(server.pid ?? 0)).not.toBe('T');
  expect(await find(helper, 'hang0001')).toBe('helper_lost_effect');
  for (const id of ['hang0001', 'lost0002', 'late0002']) await noneLeft(id);
  expect((await talk()).roundTrips).toHaveLength(40);
});

const limits = async (): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const controller of ['cpu', 'memory'] as const) {
    const place = controllerFolder(findContainer(target.containerId), controller);
    if (place === null) throw new Error(`no controller ${controller}`);
    const names = {
      1: ['cpu.cfs_quota_us', 'memory.limit_in_bytes'],
      2: ['cpu.max', 'memory.max'],
    };
    const name = names[place.version].find((file) => file.startsWith(controller)) ?? '';
    found[controller] = (await readFile(join(place.folder, name), 'utf8')).trim();
  }
  return found;
};

test('limits of CPU time and memory are set, and restored when the drill is silent', async () => {
  const before = await limits();
  await using helper = await startHelper('4s');
  expect((await inject(helper, 'cpus0001', { type: 'cpu', cores: 0.3 })).why).toBeNull();
  expect((await inject(helper, 'memo0001', { type: 'memory', megabytes: 64 })).why).toBeNull();
  expect(await find(helper, 'cpus0001')).toBeNull();
  expect(await find(helper, 'memo0001')).toBeNull();
  const during = await limits();
  expect(during.cpu).toMatch(/^30000/);
  expect(Number(during.memory)).toBeGreaterThan(64 * 1_048_576);
  // A limit that is not lower than that of the pod would not be a fault.
  expect((await inject(helper, 'cpus0002', { type: 'cpu', cores: 0.5 })).why).toMatch(/0.3 cores/);
  expect(await helper.ended).toBe(0);
  expect(await limits()).toEqual(before);
  for (const id of ['cpus0001', 'memo0001', 'cpus0002']) await noneLeft(id);
});

test('a fault is undone at its own deadline, and all of them on SIGTERM', async () => {
  await using helper = await startHelper();
  await inject(helper, 'time0001', { type: 'hang' }, 1);
  await inject(helper, 'time0002', { ...NETWORK, loss: 1 });
  await expect.poll(() => stateOf(server.pid ?? 0), { timeout: 20_000 }).not.toBe('T');
  expect(await leftoversOf('time0002')).not.toEqual([]);
  await helper.kill('SIGTERM');
  expect(await helper.ended).toBe(0);
  await noneLeft('time0002');
});

test('what cannot be injected is refused with the reason', async () => {
  await using helper = await startHelper();
  const other = { pod: 'gone', containerId: `containerd://${'0'.repeat(64)}` };
  const fault: HelperFault = { type: 'hang' };
  expect((await helper.ask({ op: 'check', request: 'x', target: other, fault })).why).toMatch(
    /no process of the container 000000000000 runs on this node/,
  );
});
