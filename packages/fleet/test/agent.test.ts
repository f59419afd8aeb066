/** Tests of an agent whose queue other programs write to. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordLine } from '@livekit-swarm/record';
import { DEFAULT_ENGINE, type ShardAssignment } from '@livekit-swarm/runner';
import { usageError } from '@livekit-swarm/settings';
import { type RedisServer, startRedis } from '@livekit-swarm/testkit/redis-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentEvent } from '../src/agent.ts';
import { type AgentFacts, readAgents } from '../src/agent-facts.ts';
import { type Fleet, openQueue, type Queue, reserveFleet, runAgent } from '../src/index.ts';
import { claimKey, commandsKey, invitationChannel } from '../src/keys.ts';
import { encode } from '../src/messages.ts';
import { COORDINATOR, claimPlace, entryPlace, invitationPlace } from '../src/places.ts';
import { KEYED } from './support/keys.ts';
import { admittedOf } from './support/participants.ts';

const ENGINE = new URL('../../runner/test/support/fake-engine.ts', import.meta.url).href;
/**
 * Name of the last coordinated run. Each run has another: the agent may still write the last entry
 * of the run before.
 */
let runName: string;
let runs = 0;

let redis: RedisServer;
let queue: Queue;
let events: AgentEvent[];
let agent: AgentFacts;
let stop: AbortController;
let ended: Promise<void>;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-test-'));
  redis = await startRedis('--requirepass', 'hunter2');
  queue = await openQueue(redis.url, KEYED);
  events = [];
  stop = new AbortController();
  ended = runAgent({
    ...{ queue, labels: {}, version: '1.2.3', engineModule: ENGINE, stop: stop.signal },
    assertHost: (url) => {
      if (url.includes('forbidden')) throw usageError(`${url} is denied`, 'see SWARM_DENY_HOST');
    },
    onEvent: (event) => events.push(event),
  });
  await expect.poll(() => events[0]?.type).toBe('ready');
  const [only] = (await readAgents(queue)).usable;
  if (only === undefined) throw new Error('the agent does not report itself');
  agent = only;
});
afterEach(async () => {
  stop.abort();
  await ended;
  queue.close();
  await redis[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const rejections = (): AgentEvent[] => events.filter(({ type }) => type === 'refused');

interface Coordinated extends AsyncDisposable {
  fleet: Fleet;
  lines: RecordLine[];
  deaths: { reason: string; message: string }[];
  warnings: string[];
  failures: unknown[];
  start(...assignments: Partial<ShardAssignment>[]): void;
  empty: Promise<void>;
}

/** Coordinates a run of one shard on the agent. */
const coordinate = async (onLine = (_: RecordLine): void => {}): Promise<Coordinated> => {
  runName = `run-${++runs}`;
  const fleet = await reserveFleet(queue, {
    ...{ hosts: 1, labels: {}, version: '1.2.3', run: runName, waitMs: 5_000 },
    signal: new AbortController().signal,
  });
  const lines: RecordLine[] = [];
  const deaths: Coordinated['deaths'] = [];
  const warnings: string[] = [];
  const failures: unknown[] = [];
  const pool = await fleet.placement.startWorkers(
    {
      ...{ workers: 1, engineModule: DEFAULT_ENGINE, logDir: dir },
      onLine: (line) => {
        lines.push(line);
        onLine(line);
      },
      onDeath: (_, death) => deaths.push(death),
      onFailure: (error) => failures.push(error),
      onWarning: (reason) => warnings.push(reason),
    },
    fleet.placement.slots(1),
  );
  const start: Coordinated['start'] = (more = {}) =>
    pool.start([
      {
        ...{ shard: 0, startedAtMs: Date.now(), clockOffsetMs: 0, endAtMs: 60_000 },
        engine: { threads: 1, joinTimeoutMs: 1_000, joinAttempts: 1, signalling: 'v1' },
        ...{ authorities: null, elsewhere: [], admitted: admittedOf({}), ...more },
      },
    ]);
  return {
    ...{ fleet, lines, deaths, warnings, failures, start, empty: pool.empty },
    [Symbol.asyncDispose]: fleet.close,
  };
};

/**
 * Writes a command with the number of the coordinator's next entry, which is the count of its
 * entries so far.
 */
const writeCommand = async (number: number, ...commands: unknown[]): Promise<void> => {
  const stream = commandsKey(runName, agent.agent);
  const place = entryPlace(stream, { name: COORDINATOR, ticket: agent.ticket }, number);
  const bytes = queue.seal.close(place, encode(commands as Parameters<typeof encode>[0]));
  await redis.client.xadd(stream, ...['*', 's', COORDINATOR, 'n', String(number), 'm'], bytes);
};

const prepareThatWrites = (file: string) => ({
  type: 'prepare',
  ...{ shard: 0, dir: '/tmp' },
  engineModule: `data:text/javascript,${encodeURIComponent(
    `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(file)}, ''); export const createEngine = () => ({})`,
  )}`,
});

it.each([
  ['signed', (commands: unknown[]) => writeCommand(0, ...commands)],
  [
    'not signed',
    async (commands: unknown[]) => {
      const bytes = encode(commands as Parameters<typeof encode>[0]);
      const stream = commandsKey(runName, agent.agent);
      await redis.client.xadd(stream, '*', 's', COORDINATOR, 'n', '0', 'm', bytes);
    },
  ],
])('withdraws on a request to load a program, %s, without loading it', async (_, put) => {
  await using run = await coordinate();
  const file = join(dir, 'executed');
  await put([{ type: 'worker', job: 0, command: prepareThatWrites(file) }]);
  run.start();
  await expect
    .poll(() => run.deaths, { timeout: 10_000 })
    .toMatchObject([
      { reason: 'message_refused', message: expect.stringContaining('was refused') },
    ]);
  await run.empty;
  await expect.poll(rejections).not.toEqual([]);
  expect(existsSync(file)).toBe(false);
});

it.each([
  ['renew', { type: 'renew', clockCorrectionMs: 1 }],
  ['the program of a browser', { type: 'start', assignment: { engine: { browser: '/bin/sh' } } }],
  ['too many threads', { type: 'start', assignment: { engine: { threads: 1e9 } } }],
  ['a media file', { type: 'assign', admitted: admittedOf({ media: '../../etc/passwd' }) }],
])('withdraws on a request for %s', async (_, command) => {
  await using run = await coordinate();
  await writeCommand(0, { type: 'worker', job: 0, command });
  run.start();
  await expect
    .poll(() => run.deaths, { timeout: 10_000 })
    .toMatchObject([
      { reason: 'message_refused', message: expect.stringContaining('the form of a message') },
    ]);
  await run.empty;
});

it('withdraws when commands are missing', async () => {
  await using run = await coordinate();
  await writeCommand(3, { type: 'kill' });
  run.start();
  await expect.poll(() => run.deaths[0]?.reason).toBe('messages_lost');
  await run.empty;
});

it('withdraws on a command of an earlier run', async () => {
  {
    await using earlier = await coordinate();
    earlier.start();
  }
  await expect.poll(() => events.at(-1)?.type).toBe('left');
  await using run = await coordinate();
  // `agent` has the ticket of the earlier run.
  await writeCommand(0, { type: 'kill' });
  run.start();
  await expect.poll(() => run.deaths[0]?.reason).toBe('message_refused');
  await run.empty;
});

it('accepts invitations only of the run that holds its claim', async () => {
  const invite = async (text: string): Promise<void> => {
    expect(await redis.client.publish(invitationChannel(agent.agent), text)).toBe(1);
  };
  const invitation = JSON.stringify({ run: 'x', shards: 1 });
  const signed = queue.seal.sign(invitationPlace(agent), invitation);
  const claim = (run: string): string =>
    queue.seal.sign(claimPlace(agent), JSON.stringify({ run }));
  await invite(signed);
  await redis.client.set(claimKey(agent.agent), JSON.stringify({ run: 'x' }));
  await invite(signed);
  await redis.client.set(claimKey(agent.agent), claim('another'));
  for (const text of [signed, invitation, 'x', '{', signed.replace('"shards":1', '"shards":2')])
    await invite(text);
  await expect
    .poll(() =>
      rejections().reduce((sum, event) => sum + (event.type === 'refused' ? event.count : 0), 0),
    )
    .toBe(7);
  expect(events.filter(({ type }) => type === 'joined')).toEqual([]);
  await redis.client.del(claimKey(agent.agent));
  // The agent still accepts a valid invitation.
  await using _run = await coordinate();
  expect(events.filter(({ type }) => type === 'joined')).toHaveLength(1);
});

it('sends no load to addresses that its own host forbids', async () => {
  await using run = await coordinate();
  run.start({ admitted: admittedOf({ url: 'wss://forbidden.example.com' }) });
  await expect
    .poll(() => run.deaths, { timeout: 10_000 })
    .toMatchObject([
      {
        reason: 'usage',
        message: expect.stringContaining('wss://forbidden.example.com is denied'),
      },
    ]);
  await run.empty;
  expect(run.lines).toEqual([]);
  expect(events).toContainEqual({
    ...{ type: 'forbidden', run: runName },
    message: 'wss://forbidden.example.com is denied',
  });
});

it.each([
  ['a token endpoint', { endpoint: 'https://forbidden.example.com/token' }],
  ['a server that an endpoint may name', { servers: ['forbidden.example.com:7880'] }],
  ['an ingress that the API names', { ingress: 'rtmp://forbidden.example.com/x' }],
])('sends no load to %s', async (_, more) => {
  await using run = await coordinate();
  run.start({ admitted: admittedOf(more) });
  await expect.poll(() => run.deaths[0]?.reason, { timeout: 10_000 }).toBe('usage');
  await run.empty;
});

it('ends the run with the error of a line that cannot be read', async () => {
  await using run = await coordinate(() => {
    throw new RangeError('no such series');
  });
  run.start();
  await expect
    .poll(() => run.failures, { timeout: 10_000 })
    .toEqual([new RangeError('no such series')]);
  await run.empty;
  expect(run.deaths).toEqual([]);
});

it("leaves a run whose coordinator's key is kept by another program", async () => {
  const run = await coordinate();
  run.start();
  await expect.poll(() => run.lines.length).toBeGreaterThan(0);
  const key = `swarm:run:${runName}:coordinator`;
  const copy = await redis.client.get(key);
  // Another program renews the key as the coordinator would, but with an old beat.
  const keeping = setInterval(() => void redis.client.set(key, copy ?? ''), 20);
  await expect
    .poll(() => events.some(({ type }) => type === 'left'), { timeout: 20_000 })
    .toBe(true);
  clearInterval(keeping);
  await run[Symbol.asyncDispose]();
}, 40_000);
