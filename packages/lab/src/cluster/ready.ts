import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntilHealthy } from '../server/health.ts';

/**
 * Condition under which a program is ready: its page answers 200, or its port or Unix socket
 * accepts connections.
 */
export type Readiness = { url: string } | Address;

type Address = { host: string; port: number } | { path: string };

const POLL_MS = 50;

/**
 * Resolves to true once the program is ready, to false when the time has passed or `signal` is
 * aborted.
 */
export const waitUntilReady = async (
  readiness: Readiness,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  if ('url' in readiness) return waitUntilHealthy(readiness.url, timeoutMs, signal);
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !signal.aborted) {
    if (await accepts(readiness)) return !signal.aborted;
    await sleep(POLL_MS);
  }
  return false;
};

/** Resolves to true if the program is ready now. */
export const isReady = (readiness: Readiness): Promise<boolean> =>
  waitUntilReady(readiness, 1, new AbortController().signal);

const accepts = (address: Address): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ ...address, timeout: 1_000 });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', settle(true))
      .once('timeout', settle(false))
      .once('error', settle(false));
  });
