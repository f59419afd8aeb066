/** Figures of turns, as callers measured them and as their agent did. */
import { startLiveKit } from '@livekit-swarm/lab';
import type { EventLine } from '@livekit-swarm/record';
import { expect, type TestContext } from 'vitest';
import { accessTo, runCalls } from './callers.ts';
import { resultOf, scratch, startSwarm } from './swarm.ts';
import { timesOfWorker, type WorkerTime } from './worker-log.ts';

/** One figure of a turn: what the caller measured, and what the agent needed by its own account. */
export interface TurnPair {
  room: string;
  measuredMs: number;
  ownMs: number;
  /** Jitter buffer of the caller, p95 of the run, ms; null: it has none. */
  jitterBufferMs: number | null;
}

interface Load {
  rooms: number;
  /** Engine of the callers. Default: native. */
  engine?: 'native' | 'rtc' | 'browser';
  conversations: string[];
  worker: string[];
  event: WorkerTime['event'];
}

const ATTEMPTS = 4;
/** Two answers in a room are seconds apart. */
const SAME_ANSWER_MS = 500;

/**
 * Run calls once. A busy host delays real clients, too, but their jitter buffers show it, unless they
 * are starved.
 * @returns null: the load generator itself states that it, or a client, was not in time
 */
const attempt = async ({
  rooms,
  engine = 'native',
  conversations,
  worker,
  event,
}: Load): Promise<TurnPair[] | null> => {
  await using server = await startLiveKit({ dir: scratch() });
  const agent = startSwarm(['agents', 'worker', '--agent', 'known', ...worker], accessTo(server));
  await agent.says(/registered as AW_/);
  const groups = conversations.map(
    (conversation, index) => `calls-${index}:
  executor: constant-rooms
  rooms: ${rooms}
  joinRate: 5/s
  duration: ${engine === 'native' ? 20 : 26}s
  roles:
    caller: { engine: ${engine}, publish: audio, conversation: { agent: known, pause: 400ms, ${conversation} } }`,
  );
  const { events, stdout, stderr } = await runCalls(server, groups.join('\n'), ['--json']);
  agent.signal('SIGTERM');
  expect(await agent.ended, agent.stderr()).toBe(0);
  const { verdict, reasons, generator, startedAt, clients } = resultOf({ stdout });
  if (engine === 'native') {
    if (verdict === 'inconclusive' || generator.findings.length > 0) return null;
    expect(verdict, `${JSON.stringify(reasons)}\n${stderr}`).toBe('passed');
  } else if (clients.some(({ starvedSeconds }) => starvedSeconds > 0)) return null;
  const [client] = clients;
  const jitterBufferMs = client?.seen.jitterBufferP95Ms ?? null;
  const own = timesOfWorker(agent.stderr()).filter((time) => time.event === event);
  const measured = events.flatMap((line) => figuresOf(line, event, Date.parse(startedAt)));
  const byRoom = Map.groupBy(measured, ({ room }) => room);
  expect(byRoom.size).toBe(rooms * conversations.length);
  for (const [room, turns] of byRoom) expect(turns.length, room).toBeGreaterThanOrEqual(2);
  return measured.map(({ room, endedAt, measuredMs }) => {
    const same = own.find(
      (one) => one.room === room && Math.abs(one.endedAt - endedAt) < SAME_ANSWER_MS,
    );
    if (same === undefined)
      throw new Error(`${room}: the agent has no answer that ends at ${endedAt}`);
    return { room, measuredMs, ownMs: same.afterMs, jitterBufferMs };
  });
};

/** Figure of a turn, and the time at which its answer ended. @param startedAt of the run, Unix ms */
const figuresOf = (
  { room = '', at, turn }: EventLine,
  event: WorkerTime['event'],
  startedAt: number,
): { room: string; endedAt: number; measuredMs: number }[] => {
  if (turn === undefined) return [];
  const { spokenMs, responseMs, answerMs = 0, bargeInMs } = turn;
  const spokenAt = startedAt + at;
  if (event === 'answered')
    return responseMs === undefined
      ? []
      : [{ room, endedAt: spokenAt + responseMs + answerMs, measuredMs: responseMs }];
  return bargeInMs === undefined
    ? []
    : [{ room, endedAt: spokenAt - spokenMs + bargeInMs, measuredMs: bargeInMs }];
};

/** Pairs of an attempt during which the host was in time. Skip the test if there is none. */
export const turnPairs = async (load: Load, context: TestContext): Promise<TurnPair[]> => {
  for (let tried = 0; tried < ATTEMPTS; tried++) {
    const pairs = await attempt(load);
    if (pairs !== null) return pairs;
  }
  return context.skip(`the host was too busy in ${ATTEMPTS} attempts`);
};

/** Differences between the figures of callers and of their agent, ms, in ascending order. */
export const differencesOf = (pairs: readonly TurnPair[]): number[] =>
  pairs.map(({ measuredMs, ownMs }) => measuredMs - ownMs).toSorted((a, b) => a - b);
