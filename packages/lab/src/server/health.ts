import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Resolves to true once `url` answers 200, to false when `timeoutMs` have passed or `signal` is
 * aborted.
 */
export const waitUntilHealthy = async (
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !signal.aborted) {
    if ((await statusOf(url)) === 200) return !signal.aborted;
    await sleep(POLL_MS);
  }
  return false;
};

/**
 * HTTP status, or null without an answer within a second. Uses a new connection, so that none stays
 * open.
 */
const statusOf = (url: string): Promise<number | null> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(null));
  });
