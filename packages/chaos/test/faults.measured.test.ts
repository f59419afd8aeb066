/** Tests that every fault has its effect, and that its rollback removes all of it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import type { EffectFinding } from '@livekit-swarm/record';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Injection, injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { processState } from '../src/targets/process/inspect.ts';
import { openLabPlatform } from '../src/targets/process.ts';
import { type Echo, median, startEcho } from './support/echo.ts';
import { leftoversOf } from './support/leftovers.ts';

const unavailable = await skipWithout('packet-filter', 'cpu-quota', 'redis', 'haproxy');

let dir: string;
let cluster: Cluster;
let platform: Platform;
let journal: Journal;
let echo: Echo;
let open: Injection | null = null;

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-faults-'));
  cluster = await startCluster({ dir: join(dir, 'lab'), nodes: 2, with: ['redis', 'haproxy'] });
  platform = openLabPlatform(cluster);
  journal = openJournal(join(dir, 'journal'));
  echo = await startEcho();
});
afterEach(async () => {
  await open?.rollback();
  open = null;
});
afterAll(async () => {
  await echo?.[Symbol.asyncDispose]();
  await cluster?.stop();
  await rm(dir, { recursive: true, force: true });
});

const memberNamed = async (name: string): Promise<Component> => {
  const found = (await platform.components()).find((member) => member.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const inject = async (name: string, member: Component, params: object = {}): Promise<Injection> => {
  const fault = FAULTS.get(name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  const read = fault.params.parse(params);
  expect(await fault.unavailable(platform, member, read)).toBeNull();
  open = await injectFault({
    fault,
    platform,
    components: [member],
    params: read,
    drill: 'test',
    expiry: null,
    journal,
  });
  expect((await journal.read()).pending.map(({ id }) => id)).toEqual([open.id]);
  return open;
};

/** Removes an effect by other means than the rollback, and expects the finding of the fault. */
const expectMissed = async (
  injection: Injection,
  remove: () => Promise<unknown>,
  found: EffectFinding,
): Promise<void> => {
  expect(await injection.check(false)).toBeNull();
  await remove();
  expect(await injection.check(false)).toMatchObject({ code: 'fault_gone', found });
  await expectHealed(injection);
};

const nft = (...args: string[]) => execa('nft', args);

const expectHealed = async (injection: Injection): Promise<void> => {
  await injection.rollback();
  expect(await leftoversOf(injection.id)).toEqual([]);
  expect((await journal.read()).pending).toEqual([]);
  // The second rollback finds no effect.
  await injection.rollback();
};

const statusOf = (url: string): Promise<number> =>
  fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
    ({ status }) => status,
    () => 0,
  );

const eventually = async (holds: () => Promise<boolean>, withinMs = 15_000): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await sleep(100);
  }
  return false;
};

const runs = async (name: string): Promise<boolean> =>
  (await platform.pid(await memberNamed(name))) !== null;

describe('faults that terminate a process', () => {
  test.each([
    ['kill', 'node-1'],
    ['forced-stop', 'node-1'],
    ['kill', 'haproxy'],
    ['redis-kill', 'redis'],
  ])('%s terminates %s at once; the rollback starts it', async (fault, name) => {
    const before = await memberNamed(name);
    const injection = await inject(fault, before);
    expect(await runs(name)).toBe(false);
    await expectHealed(injection);
    expect(await runs(name)).toBe(true);
    const after = await memberNamed(name);
    if (before.nodeId !== null) expect(after.nodeId).toMatch(/^ND_/);
    if (before.nodeId !== null) expect(after.nodeId).not.toBe(before.nodeId);
  });

  test.each([
    ['restart', 'node-1'],
    ['load-balancer-restart', 'haproxy'],
  ])('%s: %s is another process afterwards, and ready', async (fault, name) => {
    const before = await platform.pid(await memberNamed(name));
    const injection = await inject(fault, await memberNamed(name));
    const after = await platform.pid(await memberNamed(name));
    expect(after).not.toBeNull();
    expect(after).not.toBe(before);
    await expectHealed(injection);
    expect(await platform.pid(await memberNamed(name))).toBe(after);
  });

  test('graceful-stop drains a node; the rollback starts exactly one new process', async () => {
    const before = await memberNamed('node-1');
    const injection = await inject('graceful-stop', before);
    await expectHealed(injection);
    const after = await memberNamed('node-1');
    expect(after.nodeId).toMatch(/^ND_/);
    expect(after.nodeId).not.toBe(before.nodeId);
    const fault = FAULTS.get('graceful-stop');
    await fault?.rollback({
      platform,
      components: [before],
      params: {},
      id: injection.id,
      expiresAfterMs: null,
    });
    expect((await memberNamed('node-1')).nodeId).toBe(after.nodeId);
  });
});

test('hang pauses a node, which keeps its ID, and lets it continue', async () => {
  const node = await memberNamed('node-2');
  const pid = (await platform.pid(node)) ?? 0;
  const injection = await inject('hang', node);
  expect(processState(pid)).toBe('T');
  expect((await memberNamed('node-2')).nodeId).toBe(node.nodeId);
  await expectHealed(injection);
  expect(processState(pid)).not.toBe('T');
  // A node answers 406 until it has renewed its statistics, every two seconds.
  await expect.poll(() => statusOf(cluster.nodes[1]?.httpUrl ?? '')).toBe(200);
});

describe('Redis', () => {
  test('redis-partition: one node loses Redis, in both directions and for new connections, the other does not', async () => {
    const [first, second] = cluster.nodes;
    const both = async (a: number, b: number): Promise<boolean> =>
      (await statusOf(first?.httpUrl ?? '')) === a && (await statusOf(second?.httpUrl ?? '')) === b;
    expect(await eventually(() => both(200, 200))).toBe(true);
    const injection = await inject('redis-partition', await memberNamed('node-1'));
    expect(await eventually(() => both(406, 200))).toBe(true);
    await expectHealed(injection);
    expect(await eventually(() => both(200, 200))).toBe(true);
  });

  test('redis-flush: the keys of LiveKit are deleted, in its own database', async () => {
    const keys = async (database: number): Promise<string[]> => {
      const redis = new Redis(cluster.redisUrl ?? '', { db: database });
      try {
        return (await redis.keys('*')).sort();
      } finally {
        redis.disconnect();
      }
    };
    const set = async (database: number, ...names: string[]): Promise<void> => {
      const redis = new Redis(cluster.redisUrl ?? '', { db: database });
      for (const name of names) await redis.set(name, 'x');
      redis.disconnect();
    };
    const fault = FAULTS.get('redis-flush');
    const component = await memberNamed('redis');
    const ask = (params: object = {}) =>
      fault?.unavailable(platform, component, fault.params.parse(params));
    const preview = (params: object = {}) =>
      fault?.preview?.(platform, component, fault.params.parse(params));

    // An application may use the same Redis.
    await set(3, 'sessions', 'queue');
    expect(await ask()).toBeNull();
    await set(0, 'room_participants:a', 'room_lock:a', 'app:session:1', 'my\nodes');
    expect(await ask()).toMatch(/LiveKit does not know: 2 keys \(app:session:1, my/);
    expect(await ask({ otherKeys: 'keep' })).toBeNull();
    expect(await ask({ database: 3 })).toMatch(/no node of LiveKit .*database 3/);
    expect(await preview({ otherKeys: 'keep' })).toEqual([
      expect.stringMatching(/^database 0 of redis: \d+ keys \(.*nodes.*room_lock:a/),
    ]);
    expect((await preview({ otherKeys: 'keep' }))?.[0]).not.toContain('app:session');
    expect((await preview({ otherKeys: 'delete' }))?.[0]).toContain('app:session:1');

    const kept = await inject('redis-flush', component, { otherKeys: 'keep' });
    const left = await keys(0);
    expect(left).toEqual(expect.arrayContaining(['app:session:1', 'my\nodes']));
    expect(left).not.toContain('room_participants:a');
    expect(await keys(3)).toEqual(['queue', 'sessions']);
    await expectHealed(kept);

    // The nodes register again within seconds.
    expect(await eventually(async () => (await keys(0)).includes('nodes'))).toBe(true);
    const all = await inject('redis-flush', component, { otherKeys: 'delete' });
    expect(await keys(0)).not.toContain('app:session:1');
    expect(await keys(3)).toEqual(['queue', 'sessions']);
    await expectHealed(all);

    // With two deployments in one Redis, the database is not guessed.
    expect(await eventually(async () => (await keys(0)).includes('nodes'))).toBe(true);
    const second = new Redis(cluster.redisUrl ?? '', { db: 5 });
    await second.hset('nodes', 'ND_other', 'x');
    expect(await ask()).toMatch(/databases 0, 5 of redis: add with: \{ database: N \}/);
    expect(await ask({ database: 0 })).toBeNull();
    await second.flushdb();
    second.disconnect();
  });
});

describe('packet_filter', () => {
  test('blackhole: no packet arrives, and all arrive after the rollback', async () => {
    const injection = await inject('blackhole', echo.member);
    expect((await echo.talk(20)).arrived).toEqual([]);
    await expectHealed(injection);
    expect((await echo.talk(20)).roundTrips).toHaveLength(20);
  });

  test('blackhole in one direction: only requests arrive', async () => {
    const injection = await inject('blackhole', echo.member, { protocol: 'udp', direction: 'out' });
    const talk = await echo.talk(20);
    expect([talk.arrived.length, talk.roundTrips.length]).toEqual([20, 0]);
    await expectHealed(injection);
  });

  test('blackhole of TCP: no connection, and no refusal', async () => {
    const balancer = await memberNamed('haproxy');
    const port = balancer.ports?.tcp[0] ?? 0;
    const attempt = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port, timeout: 700 });
        const tell = (what: string) => (): void => {
          socket.destroy();
          resolve(what);
        };
        socket
          .once('connect', tell('connected'))
          .once('timeout', tell('silence'))
          .once('error', tell('refused'));
      });
    const injection = await inject('blackhole', balancer, { protocol: 'tcp' });
    expect(await attempt()).toBe('silence');
    await expectHealed(injection);
    expect(await attempt()).toBe('connected');
  });

  test.each([1, 5])('packet-loss: the given share is lost, in bursts of %d', async (burst) => {
    const injection = await inject('packet-loss', echo.member, {
      loss: '25%',
      burst,
      direction: 'in',
    });
    const count = 3_000;
    const { arrived } = await echo.talk(count, { everyMs: 3, atOnce: 10 });
    await expectHealed(injection);
    const lost = 1 - arrived.length / count;
    const there = new Set(arrived);
    let ends = 0;
    for (let number = 1; number < count; number++)
      if (there.has(number) && !there.has(number - 1)) ends++;
    const run = (count - arrived.length) / Math.max(1, ends);
    // Tolerance of four standard deviations, with fewer independent events in bursts.
    expect(Math.abs(lost - 0.25)).toBeLessThan(
      4 * Math.sqrt((0.25 * 0.75 * (2 * burst - 1)) / count),
    );
    expect(run).toBeGreaterThan(burst === 1 ? 1.2 : 3.5);
    expect(run).toBeLessThan(burst === 1 ? 1.5 : 6.5);
  });

  test('delay: the round trip is longer by twice the delay', async () => {
    const plain = median((await echo.talk(50)).roundTrips);
    const injection = await inject('delay', echo.member, { delay: '40ms' });
    const { roundTrips } = await echo.talk(100);
    await expectHealed(injection);
    expect(roundTrips).toHaveLength(100);
    expect(Math.min(...roundTrips)).toBeGreaterThanOrEqual(80);
    expect(median(roundTrips) - plain).toBeLessThan(90);
    expect(median((await echo.talk(50)).roundTrips)).toBeLessThan(20);
  });

  test('jitter: delays vary, and no packet overtakes another', async () => {
    const injection = await inject('jitter', echo.member, { jitter: '20ms', direction: 'in' });
    const { roundTrips, arrived } = await echo.talk(100, { everyMs: 20 });
    await expectHealed(injection);
    expect(arrived).toEqual(Array.from({ length: 100 }, (_, number) => number));
    const mean = roundTrips.reduce((sum, ms) => sum + ms, 0) / roundTrips.length;
    expect(mean).toBeGreaterThan(12);
    expect(mean).toBeLessThan(50);
    expect(Math.max(...roundTrips) - Math.min(...roundTrips)).toBeGreaterThan(30);
  });

  test('reorder: a share of the packets arrives after the next one', async () => {
    const injection = await inject('reorder', echo.member, { share: '20%', direction: 'in' });
    const { arrived } = await echo.talk(1_000, { everyMs: 1 });
    await expectHealed(injection);
    expect(arrived).toHaveLength(1_000);
    const late = arrived.filter((number, index) => (arrived[index - 1] ?? -1) > number).length;
    expect(late).toBeGreaterThan(130);
    expect(late).toBeLessThan(270);
  });

  test('rate-limit: packets are delayed by the rate, and dropped when the queue is full', async () => {
    // Packets have 972 bytes and 28 of headers: 125 packets per second.
    const injection = await inject('rate-limit', echo.member, {
      rate: '1Mbit/s',
      queue: '400ms',
      direction: 'in',
    });
    const { arrived, tookMs } = await echo.talk(200, { everyMs: 0, bytes: 972, waitMs: 1_000 });
    await expectHealed(injection);
    expect(arrived.length).toBeGreaterThanOrEqual(48);
    expect(arrived.length).toBeLessThan(70);
    expect(tookMs / (arrived.length - 1)).toBeGreaterThan(7.5);
    expect(tookMs / (arrived.length - 1)).toBeLessThan(9.5);
  });
});

describe('faults that limit the resources of a process', () => {
  test.each([
    ['cpu-pressure', { cores: 0.2 }],
    ['memory-pressure', { megabytes: 200 }],
  ])('%s: it is in its own cgroup meanwhile', async (fault, params) => {
    const node = await memberNamed('node-2');
    const groups = async (): Promise<string> =>
      readFile(`/proc/${await platform.pid(node)}/cgroup`, 'utf8');
    const before = await groups();
    const injection = await inject(fault, node, params);
    expect(await groups()).toContain(`swarm-chaos-${injection.id}`);
    await expectHealed(injection);
    expect(await groups()).toBe(before);
  });

  test('memory-pressure: the kernel kills a process that needs more, and the rollback starts it', async ({
    skip,
  }) => {
    const swaps = (await readFile('/proc/swaps', 'utf8')).trim().split('\n').length - 1;
    skip(swaps > 0, 'this host has swap space, which the process uses before it is killed');
    const node = await memberNamed('node-2');
    const injection = await inject('memory-pressure', node, { megabytes: 1 });
    const { hostname, port } = new URL(cluster.nodes[1]?.metricsUrl ?? '');
    // Buffers and goroutines of this many connections take several megabytes.
    const clients = Array.from({ length: 500 }, () =>
      connect(Number(port), hostname).on('error', () => {}),
    );
    for (const client of clients) client.write('GET /metrics HTTP/1.1\r\nHost: node\r\n\r\n');
    const isKilled = await eventually(async () => (await platform.pid(node)) === null);
    for (const client of clients) client.destroy();
    expect(isKilled).toBe(true);
    // The kill is an effect of the fault, not its end.
    expect(await injection.check(true)).toBeNull();
    await expectHealed(injection);
    expect(await runs('node-2')).toBe(true);
  });

  test('cpu-pressure: only CPU is limited', async () => {
    const node = await memberNamed('node-2');
    const ticks = async (): Promise<number> => {
      const stat = await readFile(`/proc/${await platform.pid(node)}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    };
    const url = cluster.nodes[1]?.metricsUrl ?? '';
    const injection = await inject('cpu-pressure', node, { cores: 0.05 });
    const began = { at: performance.now(), ticks: await ticks() };
    let going = true;
    const ask = async (): Promise<void> => {
      while (going) await statusOf(url);
    };
    const asking = [ask(), ask(), ask(), ask()];
    await sleep(2_000);
    const cores = ((await ticks()) - began.ticks) / 100 / ((performance.now() - began.at) / 1_000);
    going = false;
    await Promise.all(asking);
    await expectHealed(injection);
    expect(cores).toBeLessThan(0.08);
    expect(cores).toBeGreaterThan(0.02);
  });
});

describe('the removal of an effect is reported', () => {
  test('a hanging process that is continued', async () => {
    const node = await memberNamed('node-2');
    const pid = (await platform.pid(node)) ?? 0;
    const goOn = async (): Promise<void> => {
      process.kill(pid, 'SIGCONT');
      await expect.poll(() => processState(pid)).not.toBe('T');
    };
    await expectMissed(await inject('hang', node), goOn, 'runs');
  });

  test('a Redis that is started again', async () => {
    const redis = await memberNamed('redis');
    await expectMissed(await inject('redis-kill', redis), () => platform.start(redis), 'runs');
  });

  test('but not the restart of a killed node, which the fault allows', async () => {
    const injection = await inject('kill', await memberNamed('node-1'));
    expect(await injection.check(true)).toBeNull();
    await platform.start(await memberNamed('node-1'));
    expect(await injection.check(true)).toBeNull();
    await expectHealed(injection);
  });

  test('tables, rules, and rules that match nothing', async () => {
    const flush = await inject('blackhole', echo.member, { protocol: 'udp' });
    const table = ['inet', `swarm_chaos_${flush.id}`];
    expect(await flush.check(true)).toMatchObject({ found: 'no_packet_matched' });
    await echo.talk(5);
    expect(await flush.check(true)).toBeNull();
    await expectMissed(flush, () => nft('flush', 'table', ...table), 'rules_missing');

    const partition = await inject('redis-partition', await memberNamed('node-1'));
    const all = ['inet', `swarm_chaos_${partition.id}`];
    await expectMissed(partition, () => nft('delete', 'table', ...all), 'table_missing');
  });

  test('swarm-impair that is terminated', async () => {
    const delay = await inject('delay', echo.member, { delay: '5ms' });
    const end = async (): Promise<void> => {
      await execa('pkill', ['-KILL', '-f', `run .*--id ${delay.id}0`]);
      await expect.poll(() => delay.check(false)).not.toBeNull();
    };
    await expectMissed(delay, end, 'impairment_ended');
  });

  test.each([
    ['cpu-pressure', { cores: 0.2 }],
    ['memory-pressure', { megabytes: 200 }],
  ])('%s: the limit, and the process in its cgroup', async (fault, params) => {
    const node = await memberNamed('node-2');
    const pid = (await platform.pid(node)) ?? 0;
    const injection = await inject(fault, node, params);
    const { stdout } = await execa('find', [
      ...['/sys/fs/cgroup', '-maxdepth', '12', '-type', 'd'],
      ...['-name', `swarm-chaos-${injection.id}*`],
    ]);
    const [limit = ''] = (await readdir(stdout)).filter((name) =>
      ['cpu.max', 'cpu.cfs_quota_us', 'memory.max', 'memory.limit_in_bytes'].includes(name),
    );
    const before = await readFile(join(stdout, limit), 'utf8');
    expect(await injection.check(true)).toBeNull();
    await writeFile(join(stdout, limit), limit.startsWith('cpu') ? '50000' : '900000000000');
    expect(await injection.check(true)).toMatchObject({ found: 'limit_changed' });
    await writeFile(join(stdout, limit), before.trim());
    const move = () => writeFile(join(stdout, '..', 'cgroup.procs'), String(pid));
    await expectMissed(injection, move, 'process_left_cgroup');
  });
});

test('an unavailable fault reports the reason, and has no effect', async () => {
  const node = await memberNamed('node-1');
  const fault = FAULTS.get('clock-skew');
  if (fault === undefined) throw new Error('clock-skew is not listed');
  const params = { by: 1_000 };
  expect(await fault.unavailable(platform, node, params)).toMatch(/\w+ \w+/);
  const components = [node];
  await expect(
    injectFault({ fault, platform, components, params, drill: 'test', expiry: null, journal }),
  ).rejects.toMatchObject({ code: 'fault_unavailable' });
  expect((await journal.read()).pending).toEqual([]);
  const udp = FAULTS.get('packet-loss');
  const traffic = { loss: 0.1, burst: 1, protocol: 'udp', direction: 'both' };
  expect(await udp?.unavailable(platform, await memberNamed('redis'), traffic)).toBe(
    'redis has no UDP ports',
  );
});
