import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { type RedisServer, startRedis } from '@livekit-swarm/testkit/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stillThere } from '../support/processes.ts';
import { joinsInLog } from '../support/server-sessions.ts';
import {
  expectGone,
  type Outcome,
  resultOf,
  runSwarm,
  type Swarm,
  scratch,
  startSwarm,
} from '../support/swarm.ts';

/** Four participants on each of two hosts, each in two worker processes. */
const LOAD = ['--rooms', '4', '--duration', '12s', '--processes', '4', '--json'];

let server: LiveKitServer;
let redis: RedisServer;
let agents: Swarm[];
let env: Record<string, string>;

beforeEach(async () => {
  [server, redis] = await Promise.all([
    startLiveKit({ dir: scratch() }),
    startRedis('--requirepass', randomBytes(16).toString('hex')),
  ]);
  env = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
    SWARM_QUEUE: redis.url,
    SWARM_QUEUE_KEY: randomBytes(32).toString('base64'),
  };
  agents = ['eu', 'us'].map((region) => startSwarm(['host', '--label', `region=${region}`], env));
  await Promise.all(agents.map((agent) => agent.says(/ready: /)));
});
afterEach(async () => {
  for (const agent of agents) agent.signal('SIGCONT');
  for (const agent of agents) agent.signal('SIGTERM');
  await Promise.all(agents.map(({ ended }) => ended));
  expect(await redis.keysOfRuns()).toEqual([]);
  // As the server saw it: no shard was executed twice.
  const joins = joinsInLog(server.logFile);
  expect(new Set(joins).size).toBe(joins.length);
  await redis[Symbol.asyncDispose]();
  await server.stop();
});

/** A run in which something happens two seconds after all have joined. */
const runWith = async (
  happening: (run: Swarm) => Promise<void> | void,
  flags: string[] = [],
): Promise<Outcome & { record: string }> => {
  const dir = join(scratch(), 'record');
  const run = startSwarm([...LOAD, ...flags, '--record', dir], env);
  const joined = (): number => eventsOf(dir).filter(({ event }) => event === 'joined').length;
  await expect.poll(joined, { timeout: 60_000 }).toBe(8);
  await sleep(2_000);
  await happening(run);
  const exit = await run.ended;
  return { exit, stdout: run.stdout(), stderr: run.stderr(), record: dir };
};

interface Line {
  type: string;
  at: number;
  event?: string;
  identity?: string;
  role?: string;
  shard?: number;
  shards?: number[];
  labels?: Record<string, string>;
}

const readRecordLines = (dir: string): Line[] =>
  readFileSync(join(dir, 'record.ndjson'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const eventsOf = (dir: string): Line[] => {
  try {
    return readRecordLines(dir);
  } catch {
    return [];
  }
};

const workersOf = (agent: Swarm | undefined) =>
  (agent?.processes() ?? []).filter(({ pid }) => pid !== agent?.pid);

/** Inconclusive, as the participants of a host have no result; none has joined twice. */
const expectHostLost = (outcome: Outcome & { record: string }, why: RegExp): void => {
  expect(outcome.exit).toBe(98);
  const { generator } = resultOf(outcome);
  expect(generator.findings).toContainEqual(
    expect.objectContaining({ code: 'host_lost', value: 2, text: expect.stringMatching(why) }),
  );
  const joins = eventsOf(outcome.record).filter(({ event }) => event === 'joined');
  expect(new Set(joins.map(({ identity }) => identity)).size).toBe(joins.length);
};

describe('a run on two hosts', () => {
  it('joins every participant once, names the hosts, and leaves nothing behind', async () => {
    const outcome = await runWith(() => {});
    const result = resultOf(outcome);
    expect(result.joins).toMatchObject({ planned: 8, joined: 8, failed: 0, unaccounted: 0 });
    expect(result.metrics['missing_tracks.rate']).toBe(0);
    expect(joinsInLog(server.logFile)).toHaveLength(8);
    expect(result).toMatchObject({
      hosts: [
        { labels: { region: expect.any(String) }, lost: null, generator: { processesDied: 0 } },
        { labels: { region: expect.any(String) }, lost: null, generator: { processesDied: 0 } },
      ],
    });
    const listed = await runSwarm(['hosts'], env);
    expect(listed.stdout.match(/ idle$/gm)).toHaveLength(2);
    expect(await redis.keysOfRuns()).toEqual([]);
    const { SWARM_QUEUE_KEY: _, ...withoutKey } = env;
    const unsigned = await runSwarm(['hosts'], withoutKey);
    expect(unsigned.stdout.match(/ has another SWARM_QUEUE_KEY, or none$/gm)).toHaveLength(2);
  });

  it('puts roles on the hosts that they select', async () => {
    const file = join(scratch(), 'regions.yaml');
    writeFileSync(
      file,
      `scenario: regions
groups:
  calls:
    executor: constant-rooms
    rooms: 3
    duration: 4s
    roles:
      speaker: { publish: audio, hostSelector: { region: eu } }
      viewer: { count: 2, hostSelector: { region: us } }
`,
    );
    const dir = join(scratch(), 'record');
    const outcome = await runSwarm(['run', file, '--json', '--record', dir], env);
    expect(resultOf(outcome).metrics['missing_tracks.rate']).toBe(0);
    const lines = readRecordLines(dir);
    const regionOf = new Map(
      lines
        .filter(({ type }) => type === 'host')
        .flatMap(({ shards = [], labels }) => shards.map((shard) => [shard, labels?.region])),
    );
    const joined = lines.filter(({ event }) => event === 'joined');
    expect(
      joined.map(({ role, shard }) => `${role} ${regionOf.get(shard ?? Number.NaN)}`).sort(),
    ).toEqual([...Array(3).fill('speaker eu'), ...Array(6).fill('viewer us')]);
    const { SWARM_QUEUE: _, ...withoutQueue } = env;
    const here = await runSwarm(['run', file], withoutQueue);
    expect(here.exit).toBe(2);
    expect(here.stderr).toContain('the role speaker selects hosts with region=eu');
  });

  it('sends no load from a host whose own rules deny the server', async () => {
    const denying = startSwarm(['host', '--label', 'region=denied'], {
      ...env,
      SWARM_DENY_HOST: '127.0.0.0/8',
    });
    agents.push(denying);
    await denying.says(/ready: /);
    const outcome = await runSwarm(['--rooms', '1', '--label', 'region=denied', '--json'], env);
    expect(outcome.exit).toBe(98);
    expect(resultOf(outcome).joins).toMatchObject({ joined: 0 });
    await denying.says(/a shard was not started here: 127\.0\.0\.1 is denied/);
    expect(joinsInLog(server.logFile)).toEqual([]);
  });

  it('is inconclusive when a host is killed', async () => {
    const [victim] = agents;
    const processes = workersOf(victim);
    const outcome = await runWith(() => victim?.signal('SIGKILL'));
    expectHostLost(outcome, /no message for 4 s/);
    await expectGone(processes);
  });

  it('is not inconclusive when the loss of a host is tolerated', async () => {
    const outcome = await runWith(() => agents[0]?.signal('SIGKILL'), ['--tolerate-lost', '50%']);
    // The tolerance is in the record.
    const reported = await runSwarm(['report', outcome.record, '--json']);
    for (const one of [outcome, reported]) {
      const result = resultOf(one);
      expect(result).toMatchObject({
        joins: { joined: 8, failed: 0, disconnected: 0, unaccounted: 0 },
        lost: { participants: 4, tolerated: 4 },
      });
      expect(result.generator.processesDied).toBe(2);
      expect(result.generator.findings.map(({ text }) => text)).toEqual([]);
      expect(one.exit).toBe(0);
    }
  });

  it.each([
    ['5 s', 5_000],
    ['30 s', 30_000],
  ])(
    'is inconclusive when an agent is stopped for %s, and its participants leave',
    async (_, ms) => {
      const [victim] = agents;
      let hosted: ReturnType<typeof workersOf> = [];
      const outcome = await runWith(() => {
        hosted = workersOf(victim);
        victim?.signal('SIGSTOP');
        setTimeout(() => victim?.signal('SIGCONT'), ms);
      });
      expect(hosted).toHaveLength(2);
      expectHostLost(outcome, /no message for 4 s|did not renew its lock/);
      await expect.poll(() => hosted.filter(stillThere), { timeout: 12_000 }).toEqual([]);
      victim?.signal('SIGCONT');
      await expect
        .poll(async () => (await runSwarm(['hosts'], env)).stdout.match(/ idle$/gm)?.length, {
          timeout: 15_000,
        })
        .toBe(2);
    },
  );

  it('is inconclusive when Redis stops, and all hosts are idle again when it answers', async () => {
    const outcome = await runWith(() => {
      process.kill(redis.pid, 'SIGSTOP');
      setTimeout(() => process.kill(redis.pid, 'SIGCONT'), 15_000);
    });
    expect(outcome.exit).toBe(98);
    expect(resultOf(outcome).generator.findings).toContainEqual(
      expect.objectContaining({
        code: 'host_lost',
        text: expect.stringMatching(/the queue .* does not answer/),
      }),
    );
    await expect.poll(() => agents.flatMap(workersOf), { timeout: 12_000 }).toEqual([]);
    await expect.poll(() => redis.keysOfRuns(), { timeout: 40_000 }).toEqual([]);
  });

  it('ends on all hosts within 10 s when its coordinator is killed', async () => {
    const outcome = await runWith((run) => run.signal('SIGKILL'));
    expect(outcome.exit).toBe('SIGKILL');
    await expect.poll(() => agents.flatMap(workersOf), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => redis.keysOfRuns(), { timeout: 10_000 }).toEqual([]);
  });
});

describe('swarm with a queue', () => {
  it('refuses what cannot work, before anything starts', async () => {
    const embedded = await runSwarm(['--queue', redis.url, '--embedded', '--rooms', '1']);
    expect(embedded).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('other hosts cannot reach'),
    });
    const { SWARM_QUEUE_KEY: _, ...withoutKey } = env;
    const encrypted = await runSwarm([...LOAD, '--e2ee', 'throw-away'], withoutKey);
    expect(encrypted).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/keys of end-to-end encryption.*[\s\S]*SWARM_QUEUE_KEY/),
    });
    const withoutQueue = await runSwarm(['--hosts', '2', '--rooms', '1']);
    expect(withoutQueue).toMatchObject({ exit: 2, stderr: expect.stringContaining('--queue') });
    const many = await runSwarm([...LOAD, '--hosts', '3'], env);
    expect(many).toMatchObject({ exit: 3, stderr: expect.stringContaining('3 hosts are needed') });
  });
});
