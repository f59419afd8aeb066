import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { BLOCK_MS } from './deadlines.ts';
import { decode, encode, type FleetCommand, type FleetMessage } from './messages.ts';

/** Sends messages to a stream in their order, also when Redis does not answer for a while. */
export interface StreamWriter<T> {
  push(message: T): void;
  /** Resolves when everything is sent, or the time is over. */
  drain(timeoutMs: number): Promise<void>;
  /** Sends nothing any more. */
  close(): void;
}

/** Makes an empty stream; writers never do. */
export const createStream = async (redis: Redis, stream: string): Promise<void> => {
  await redis.xgroup('CREATE', stream, 'none', '$', 'MKSTREAM');
  await redis.xgroup('DESTROY', stream, 'none');
};

const BATCH_MS = 50;
/** All participants of a shard leave at once, and so do their results come. */
const MESSAGES_PER_ENTRY = 50;
/** The reader removes what it has read. A stream this long waits for it: Redis' memory is bounded. */
const MAX_ENTRIES = 2_000;
const PAUSE_MS = 100;

/**
 * @param redis with a command timeout
 * @param sender name of the sender, unique within the stream
 */
export const openStreamWriter = <T extends FleetCommand | FleetMessage>(
  redis: Redis,
  stream: string,
  sender: string,
): StreamWriter<T> => {
  const waiting: T[] = [];
  let sending = false;
  let closed = false;
  let number = 0;

  /** Until it is acknowledged. The entry stays the same: the reader ignores a number that it has seen, as an answer may be lost. */
  const send = async (entry: (string | Buffer)[]): Promise<void> => {
    while (!closed) {
      try {
        // None: the run was removed.
        if ((await redis.xadd(stream, 'NOMKSTREAM', '*', ...entry)) === null) closed = true;
        while (!closed && (await redis.xlen(stream)) > MAX_ENTRIES) await sleep(PAUSE_MS);
        return;
      } catch {
        await sleep(PAUSE_MS);
      }
    }
  };
  const sendAll = async (): Promise<void> => {
    sending = true;
    await sleep(BATCH_MS);
    while (waiting.length > 0 && !closed) {
      const batch = waiting.slice(0, MESSAGES_PER_ENTRY);
      await send(['s', sender, 'n', String(number++), 'm', encode(batch)]);
      waiting.splice(0, batch.length);
    }
    sending = false;
  };
  return {
    push: (message) => {
      waiting.push(message);
      if (!sending && !closed) void sendAll();
    },
    drain: async (timeoutMs) => {
      const until = performance.now() + timeoutMs;
      while (waiting.length > 0 && !closed && performance.now() < until) await sleep(BATCH_MS);
    },
    close: () => {
      closed = true;
    },
  };
};

const ENTRIES_AT_ONCE = 100;

/**
 * Reads a stream from its beginning, and removes what it has read.
 * @param redis a connection of its own
 * @param onRead called after every reading, also when nothing has come
 * @returns stops reading
 */
export const readStream = <T extends FleetCommand | FleetMessage>(
  redis: Redis,
  stream: string,
  onMessages: (sender: string, messages: T[]) => void,
  onRead: (answered: boolean) => void = () => {},
): (() => void) => {
  let closed = false;
  let last = '0';
  const next = new Map<string, number>();
  const read = async (): Promise<void> => {
    const entries = await redis.xreadBuffer(
      'COUNT',
      ENTRIES_AT_ONCE,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      stream,
      last,
    );
    for (const [id, fields] of entries?.[0]?.[1] ?? []) {
      last = id.toString();
      const [, sender, , number, , bytes] = fields;
      if (sender === undefined || bytes === undefined) continue;
      const from = sender.toString();
      const expected = next.get(from) ?? 0;
      if (Number(number) < expected) continue;
      next.set(from, Number(number) + 1);
      onMessages(from, decode<T>(bytes));
    }
    if (entries !== null) await redis.xtrim(stream, 'MINID', nextId(last));
  };
  const readAll = async (): Promise<void> => {
    while (!closed) {
      const answered = await read().then(
        () => true,
        () => false,
      );
      if (!answered) await sleep(PAUSE_MS);
      if (!closed) onRead(answered);
    }
  };
  void readAll();
  return () => {
    closed = true;
  };
};

/** The smallest id behind one of the form MS-SEQUENCE. */
const nextId = (id: string): string => {
  const [ms, sequence] = id.split('-');
  return `${ms}-${Number(sequence) + 1}`;
};
