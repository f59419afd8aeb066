import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Endpoint } from './endpoint.ts';
import { networkErrorText, type Outcome, outcomeOf, type Protocol } from './outcome.ts';
import { createPoster } from './post.ts';
import { createShown } from './shown.ts';

/**
 * Sends requests one after the other and in order. No behaviour of the receiver affects the run.
 */
export interface Delivery {
  /** Queues a request; never waits, never throws. */
  send(body: Uint8Array): void;
  /** Sends the remaining requests; those not sent when the signal is aborted are lost. */
  close(signal: AbortSignal): Promise<void>;
  readonly counts: Readonly<DeliveryCounts>;
  /** Reason of the last failure; null: none. */
  readonly failure: string | null;
}

export interface DeliveryCounts {
  delivered: number;
  /** Requests that the receiver refused; they were not sent again. */
  rejected: number;
  /** Requests that were dropped because the receiver was down or busy for too long. */
  lost: number;
}

export interface DeliveryOptions {
  endpoint: Endpoint;
  protocol: Protocol;
  /** Reports to the operator that pushes fail, once, and that they work again. */
  warn(text: string): void;
  limits?: Partial<Limits>;
}

interface Limits {
  /** Largest number of requests that wait for the receiver. */
  requests: number;
  /** Largest total size of waiting requests, bytes. */
  bytes: number;
  /** First pause between attempts, ms; pauses double up to the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Default limits: ten minutes of requests at one every five seconds. */
const LIMITS: Limits = {
  requests: 120,
  bytes: 16 * 1_024 * 1_024,
  firstPauseMs: 500,
  longestPauseMs: 10_000,
};
/** Longest Retry-After that is followed, ms: a receiver may be wrong about itself. */
const LONGEST_RETRY_AFTER_MS = 60_000;

export const createDelivery = (options: DeliveryOptions): Delivery => {
  const { endpoint, protocol, warn } = options;
  const limits = { ...LIMITS, ...options.limits };
  const poster = createPoster(endpoint);
  const shown = createShown(endpoint);
  const gzip = endpoint.compression === 'gzip';
  const headers = { ...protocol.headers, ...(gzip && { 'content-encoding': 'gzip' }) };
  const counts: DeliveryCounts = { delivered: 0, rejected: 0, lost: 0 };
  const waiting: Uint8Array[] = [];
  const rejections = new Set<string>();
  let bytes = 0;
  let failure: string | null = null;
  let isFailing = false;
  let working: Promise<void> | null = null;
  let isInFlight = false;
  /** Aborted to end the request in progress. */
  const end = new AbortController();
  /** Aborted to cut pauses short, because the run is over. */
  const closing = new AbortController();

  const drop = (index: number): void => {
    const [dropped] = waiting.splice(index, 1);
    bytes -= dropped?.length ?? 0;
    counts.lost++;
  };

  const attempt = async (body: Uint8Array): Promise<Outcome> => {
    try {
      return outcomeOf(await poster.post(body, headers, end.signal), protocol, shown);
    } catch (error) {
      return { code: 'retry', why: shown(networkErrorText(error)), afterMs: null };
    }
  };

  const pause = async (ms: number): Promise<void> => {
    const signal = AbortSignal.any([end.signal, closing.signal]);
    // After the end of the run, time is limited by the signal of `close`.
    await sleep(ms, null, { signal: closing.signal.aborted ? end.signal : signal }).catch(() => {});
  };

  const settle = (outcome: Exclude<Outcome, { code: 'retry' }>): void => {
    bytes -= waiting.shift()?.length ?? 0;
    if (outcome.code === 'delivered') {
      counts.delivered++;
      if (isFailing) warn('works again');
    } else {
      counts.rejected++;
      failure = outcome.why;
      // Warns once per reason: the next pushes are rejected for the same one.
      if (!rejections.has(outcome.why) && rejections.size < 5)
        warn(`a push was rejected: ${outcome.why}`);
      rejections.add(outcome.why);
    }
    isFailing = false;
  };

  const work = async (): Promise<void> => {
    let pauseMs = limits.firstPauseMs;
    for (let body = waiting[0]; body !== undefined; body = waiting[0]) {
      isInFlight = true;
      const outcome = await attempt(body);
      isInFlight = false;
      if (end.signal.aborted && outcome.code === 'retry') return;
      if (outcome.code !== 'retry') {
        settle(outcome);
        pauseMs = limits.firstPauseMs;
        continue;
      }
      failure = outcome.why;
      if (!isFailing)
        warn(`cannot push: ${outcome.why}; the run continues, and pushes are retried`);
      isFailing = true;
      await pause(Math.min(outcome.afterMs ?? pauseMs, LONGEST_RETRY_AFTER_MS));
      pauseMs = closing.signal.aborted
        ? limits.firstPauseMs
        : Math.min(pauseMs * 2, limits.longestPauseMs);
      if (end.signal.aborted) return;
    }
  };

  const begin = (): void => {
    working ??= work()
      .catch((error: unknown) => {
        failure = shown(String(error));
        while (waiting.length > 0) drop(0);
      })
      .finally(() => {
        isInFlight = false;
        working = null;
      });
  };

  return {
    counts,
    get failure() {
      return failure;
    },
    send: (body) => {
      const sent = gzip ? gzipSync(body) : body;
      waiting.push(sent);
      bytes += sent.length;
      // Drops the oldest requests first, but not the one that is being sent.
      while (waiting.length > 1 && (waiting.length > limits.requests || bytes > limits.bytes))
        drop(isInFlight ? 1 : 0);
      begin();
    },
    close: async (signal) => {
      const stop = (): void => end.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      closing.abort();
      await working;
      signal.removeEventListener('abort', stop);
      while (waiting.length > 0) drop(0);
      poster.close();
    },
  };
};
