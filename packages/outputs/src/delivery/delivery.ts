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
  /**
   * Queues a request; never waits, never throws.
   * @param items number by which the request is counted
   */
  send(body: Uint8Array, items?: number): void;
  /** Sends the remaining requests; those not sent when the signal is aborted are lost. */
  close(signal: AbortSignal): Promise<void>;
  readonly counts: Readonly<DeliveryCounts>;
  /** Reason of the last failure; null: none. */
  readonly failure: string | null;
}

/** Counts of items; a push of metrics is one. */
export interface DeliveryCounts {
  delivered: number;
  /** Items that the receiver refused; they were not sent again. */
  rejected: number;
  /** Items that were dropped because the receiver was down or busy for too long. */
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
  /** Largest number of waiting items. */
  items: number;
  /** First pause between attempts, ms; pauses double up to the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Default limits: ten minutes of requests at one every five seconds. */
const LIMITS: Limits = {
  requests: 120,
  bytes: 16 * 1_024 * 1_024,
  items: Number.POSITIVE_INFINITY,
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
  const waiting: { body: Uint8Array; items: number }[] = [];
  const rejections = new Set<string>();
  let bytes = 0;
  let items = 0;
  let failure: string | null = null;
  let isFailing = false;
  let working: Promise<void> | null = null;
  let isInFlight = false;
  /** Aborted to end the request in progress. */
  const end = new AbortController();
  /** Aborted to cut pauses short, because the run is over. */
  const closing = new AbortController();

  /** Returns the number of removed items. */
  const remove = (index: number): number => {
    const [removed] = waiting.splice(index, 1);
    bytes -= removed?.body.length ?? 0;
    items -= removed?.items ?? 0;
    return removed?.items ?? 0;
  };

  const drop = (index: number): void => {
    counts.lost += remove(index);
  };

  const isFull = (): boolean =>
    waiting.length > limits.requests || bytes > limits.bytes || items > limits.items;

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
    const settled = remove(0);
    if (outcome.code === 'delivered') {
      counts.delivered += settled;
      if (isFailing) warn('works again');
    } else {
      // What a receiver did not take of a request with one item, it did not take at all.
      const rejected = Math.min(outcome.rejected ?? settled, settled);
      counts.rejected += rejected;
      counts.delivered += settled - rejected;
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
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      isInFlight = true;
      const outcome = await attempt(first.body);
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
    send: (body, count = 1) => {
      const sent = gzip ? gzipSync(body) : body;
      waiting.push({ body: sent, items: count });
      bytes += sent.length;
      items += count;
      // Drops the oldest requests first, but not the one that is being sent.
      while (waiting.length > 1 && isFull()) drop(isInFlight ? 1 : 0);
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
