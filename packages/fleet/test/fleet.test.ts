import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_ENGINE, type WorkerPoolOptions } from '@livekit-swarm/runner';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { afterEach, expect, it, vi } from 'vitest';
import { type AgentFacts, factsOfThisHost, newTicket, writeFacts } from '../src/agent-facts.ts';
import { connectPool } from '../src/fleet-pool.ts';
import { openQueue, reserveFleet, runAgent } from '../src/index.ts';
import { agentKey, resultsKey } from '../src/keys.ts';
import type { FleetMessage } from '../src/messages.ts';
import { factsPlace } from '../src/places.ts';
import { createStream, openStreamWriter } from '../src/stream.ts';
import { KEYED } from './support/keys.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const idleAgent = (agent: string, labels: Record<string, string> = {}): AgentFacts => ({
  agent,
  ticket: newTicket(),
  ...factsOfThisHost(),
  version: '1.2.3',
  labels,
  run: null,
  clock: { offsetMs: 0, uncertaintyMs: 0.1, aheadMs: 0 },
});

const request = (run: string) => ({
  hosts: null,
  labels: {},
  version: '1.2.3',
  run,
  waitMs: 1_000,
  signal: new AbortController().signal,
});

it('closes all connections and removes all keys when a run is over', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  await writeFacts(queue, idleAgent('host-1'));
  const connections = async (): Promise<number> =>
    String(await redis.client.client('LIST'))
      .trim()
      .split('\n').length;
  const before = await connections();
  const fleet = await reserveFleet(queue, request('k3f9a'));
  expect(await redis.keysOfRuns()).toContain('swarm:claim:host-1');
  await fleet.close();
  expect(await redis.keysOfRuns()).toEqual([]);
  await expect.poll(connections).toBe(before);
  queue.close();
});

it('releases its reservation if something fails afterwards', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  await writeFacts(queue, idleAgent('host-1'));
  const failing = {
    ...queue,
    connect: () => {
      throw new Error('no more connections');
    },
  };
  await expect(reserveFleet(failing, request('k3f9a'))).rejects.toThrow('no more connections');
  expect(await redis.keysOfRuns()).toEqual([]);
  queue.close();
});

it('names hosts of a version with other facts, and takes the others', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  const { agent, host, version } = idleAgent('host-2');
  const other = JSON.stringify({ agent, host, version, processors: 4 });
  const signed = queue.seal.sign(factsPlace(agent), other);
  await queue.redis.set(agentKey(agent), signed, 'PX', 60_000);
  const none = { ...request('k3f9a'), waitMs: 0 };
  await expect(reserveFleet(queue, none)).rejects.toMatchObject({
    code: 'no_agents',
    message: expect.stringContaining('(version 1.2.3, which reports other facts)'),
  });
  await writeFacts(queue, idleAgent('host-1'));
  const fleet = await reserveFleet(queue, request('k3f9b'));
  expect(fleet.agents.map((one) => one.agent)).toEqual(['host-1']);
  await fleet.close();
  queue.close();
});

it('distinguishes hosts with the same name, and takes at most as many as there are workers', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  for (const agent of ['vm-1', 'vm-2', 'vm-3']) await writeFacts(queue, idleAgent(agent));
  const fleet = await reserveFleet(queue, { ...request('k3f9a'), most: 2 });
  expect(fleet.agents.map(({ host }) => host)).toEqual(['vm-1', 'vm-2']);
  await fleet.close();
  queue.close();
});

it('takes a host for each selector of a role first', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  await writeFacts(queue, idleAgent('host-1', { region: 'us' }));
  await writeFacts(queue, idleAgent('host-2', { region: 'us' }));
  await writeFacts(queue, idleAgent('host-3', { region: 'eu' }));
  const selectors = [{ region: 'eu' }, { region: 'us' }];
  const two = { ...request('k3f9a'), hosts: 2, selectors };
  const fleet = await reserveFleet(queue, two);
  expect(fleet.agents.map(({ agent }) => agent).sort()).toEqual(['host-1', 'host-3']);
  await fleet.close();
  const one = { ...request('k3f9b'), selectors: [{ region: 'ap' }], waitMs: 0 };
  await expect(reserveFleet(queue, one)).rejects.toMatchObject({
    message: expect.stringContaining('one with region=ap for roles that select it'),
    hint: expect.stringContaining('--label region=ap'),
  });
  queue.close();
});

it('takes only hosts with the required labels', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  await writeFacts(queue, idleAgent('host-1', { region: 'us' }));
  await writeFacts(queue, idleAgent('host-2', { region: 'eu', rack: 'a' }));
  await writeFacts(queue, idleAgent('host-3'));
  const fleet = await reserveFleet(queue, { ...request('k3f9a'), labels: { region: 'eu' } });
  expect(fleet.agents.map(({ agent }) => agent)).toEqual(['host-2']);
  await fleet.close();
  const none = { ...request('k3f9b'), labels: { region: 'ap' }, waitMs: 0 };
  await expect(reserveFleet(queue, none)).rejects.toMatchObject({
    code: 'no_agents',
    message: expect.stringMatching(
      /1 host with region=ap is needed.*\(region=us; idle\).*\(region=eu,rack=a; idle\).*\(no labels; idle\)/,
    ),
    hint: expect.stringContaining('--label region=ap'),
  });
  queue.close();
});

it('has no shard left if an agent is lost before it took one', async () => {
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  await createStream(queue.redis, resultsKey('k3f9a'));
  const options: WorkerPoolOptions = {
    ...{ workers: 3, engineModule: DEFAULT_ENGINE, logDir: '' },
    ...{ onLine: () => {}, onDeath: () => {}, onFailure: () => {}, onWarning: () => {} },
  };
  const facts = idleAgent('host-1');
  const taking = [{ facts, shards: [0, 1, 2] }];
  const pool = connectPool(queue, 'k3f9a', taking, options);
  const writer = openStreamWriter<FleetMessage>(queue, resultsKey('k3f9a'), {
    name: 'host-1',
    ticket: facts.ticket,
  });
  writer.push({ type: 'withdrawn', reason: 'withdrawn', message: 'the agent was stopped' });
  await expect(pool.whenReady()).rejects.toMatchObject({ code: 'process_died' });
  expect(pool.alive).toBe(0);
  await pool.empty;
  writer.close();
  queue.close();
});

it('an agent that cannot start leaves no folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-test-'));
  vi.stubEnv('TMPDIR', folder);
  await using redis = await startRedis('--requirepass', 'hunter2');
  const queue = await openQueue(redis.url, KEYED);
  queue.redis.disconnect();
  const agent = runAgent({
    ...{ queue, labels: {}, version: '1.2.3', engineModule: DEFAULT_ENGINE },
    stop: new AbortController().signal,
    assertHost: () => {},
    onEvent: () => {},
  });
  await expect(agent).rejects.toThrow();
  expect(readdirSync(folder).filter((name) => name.startsWith('swarm-agent-'))).toEqual([]);
  queue.close();
  rmSync(folder, { recursive: true });
});
