import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { BLOCK_MS } from './deadlines.ts';
import type { Seal } from './fleet-key.ts';
import {
  decode,
  encode,
  type FleetCommand,
  type FleetMessage,
  MESSAGES_PER_ENTRY,
} from './messages.ts';
import { entryPlace } from './places.ts';
import { RejectedMessage } from './rejected-message.ts';

/** Sends messages to a stream in order, also if Redis does not answer for a while. */
export interface StreamWriter<T> {
  push(message: T): void;
  /** Resolves when everything is sent, or the time is over. */
  drain(timeoutMs: number): Promise<void>;
  /** Stops sending. */
  close(): void;
}

/** Makes an empty stream; writers never create one. */
export const createStream = async (redis: Redis, stream: string): Promise<void> => {
  await redis.xgroup('CREATE', stream, 'none', '$', 'MKSTREAM');
  await redis.xgroup('DESTROY', stream, 'none');
};

const BATCH_MS = 50;
/**
 * Length of a stream at which writers wait, entries. The reader removes entries that it has read,
 * so the memory of Redis stays limited.
 */
const MAX_ENTRIES = 2_000;
const PAUSE_MS = 100;

/**
 * Sender of entries: its name, unique within the stream, and the ticket of the agent that sends or
 * receives them.
 */
export interface Sender {
  name: string;
  ticket: string;
}

/** @param redis connection with a command timeout */
export const openStreamWriter = <T extends FleetCommand | FleetMessage>(
  { redis, seal }: { redis: Redis; seal: Seal },
  stream: string,
  sender: Sender,
): StreamWriter<T> => {
  const waiting: T[] = [];
  let sending = false;
  let closed = false;
  let number = 0;

  /**
   * Sends an entry until it is acknowledged. The entry stays the same: the reader ignores a number
   * that it has seen, since an answer may be lost.
   */
  const send = async (entry: (string | Buffer)[]): Promise<void> => {
    while (!closed) {
      try {
        // Null: the stream was removed with its run.
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
      const bytes = seal.close(entryPlace(stream, sender, number), encode(batch));
      await send(['s', sender.name, 'n', String(number++), 'm', bytes]);
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

export interface StreamListener<T> {
  schema: z.ZodType<T>;
  /**
   * Returns the ticket of the agent at one end of this sender's stream; null: the sender may not
   * send.
   */
  ticketOf(sender: string): string | null;
  onMessages(sender: string, messages: T[]): void;
  /**
   * Called for a refused entry.
   * @param sender name in the entry, which is not proven
   */
  onRefused(sender: string, rejected: RejectedMessage): void;
  /**
   * Called for missing entries of a sender before its next entry is delivered: Redis lost them
   * after it had acknowledged them.
   */
  onGap(sender: string, missing: number): void;
  /** Called if a listener has thrown; reading ends. */
  onFailure(error: unknown): void;
  /** Called after every reading, even without entries. */
  onRead?(answered: boolean): void;
}

/**
 * Reads a stream from its beginning, and removes entries that it has read.
 * @param redis separate connection
 * @returns a function that stops reading
 */
export const readStream = <T extends FleetCommand | FleetMessage>(
  { redis, seal }: { redis: Redis; seal: Seal },
  stream: string,
  listener: StreamListener<T>,
): (() => void) => {
  let closed = false;
  let last = '0';
  const next = new Map<string, number>();

  const open = (fields: readonly Buffer[]): Entry<T> => {
    const { sender, number, bytes } = fieldsOf(fields);
    const ticket = listener.ticketOf(sender);
    if (ticket === null) throw new RejectedMessage('sender');
    const place = entryPlace(stream, { name: sender, ticket }, number);
    return { sender, number, messages: decode(listener.schema, seal.open(place, bytes)) };
  };
  /** Delivers an entry, then advances the expected number of its sender. */
  const take = (fields: readonly Buffer[]): void => {
    let entry: Entry<T>;
    try {
      entry = open(fields);
    } catch (error) {
      if (!(error instanceof RejectedMessage)) throw error;
      listener.onRefused(senderOf(fields), error);
      return;
    }
    const { sender, number, messages } = entry;
    const expected = next.get(sender) ?? 0;
    // The sender repeats an entry if the answer of Redis was lost.
    if (number < expected) return;
    if (number > expected) listener.onGap(sender, number - expected);
    listener.onMessages(sender, messages);
    next.set(sender, number + 1);
  };
  /**
   * Reads and delivers the next entries.
   * @returns false if Redis did not answer
   */
  const read = async (): Promise<boolean> => {
    const entries = await redis
      .xreadBuffer('COUNT', ENTRIES_AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', stream, last)
      .then((streams) => streams?.[0]?.[1] ?? [], unanswered);
    if (entries === null) return false;
    for (const [id, fields] of entries) {
      last = id.toString();
      take(fields);
    }
    if (entries.length === 0) return true;
    return (await redis.xtrim(stream, 'MINID', nextId(last)).catch(unanswered)) !== null;
  };
  const readAll = async (): Promise<void> => {
    while (!closed) {
      const answered = await read();
      if (!answered) await sleep(PAUSE_MS);
      if (!closed) listener.onRead?.(answered);
    }
  };
  readAll().catch((error: unknown) => {
    closed = true;
    listener.onFailure(error);
  });
  return () => {
    closed = true;
  };
};

/** Result of a command that Redis did not answer: the caller tries again, and measures the time. */
const unanswered = (): null => null;

interface Entry<T> {
  sender: string;
  number: number;
  messages: T[];
}

const LONGEST_SENDER = 1_000;

const fieldsOf = (fields: readonly Buffer[]): { sender: string; number: number; bytes: Buffer } => {
  const [s, sender, n, number, m, bytes] = fields;
  const hasNames = String(s) === 's' && String(n) === 'n' && String(m) === 'm';
  if (!hasNames || fields.length !== 6 || sender === undefined || bytes === undefined)
    throw new RejectedMessage('form', 'fields');
  if (sender.length > LONGEST_SENDER || !/^\d{1,15}$/.test(String(number)))
    throw new RejectedMessage('form', 'fields');
  return { sender: sender.toString(), number: Number(number), bytes };
};

const senderOf = ([, sender]: readonly Buffer[]): string =>
  (sender ?? Buffer.from('?')).subarray(0, LONGEST_SENDER).toString();

/** Smallest id after one of the form MS-SEQUENCE. */
const nextId = (id: string): string => {
  const [ms, sequence] = id.split('-');
  return `${ms}-${Number(sequence) + 1}`;
};
