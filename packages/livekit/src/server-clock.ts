import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SwarmError } from '@livekit-swarm/settings';
import { parseServerUrl } from './url.ts';

/** The clocks of a server and of this host at one moment, Unix ms. */
interface ClockReading {
  serverMs: number;
  ownMs: number;
  /**
   * Largest error of the difference, ms: the header has whole seconds, and the answer takes time.
   */
  uncertaintyMs: number;
}

/**
 * Difference at which tokens and certificates may be invalid, ms (livekit-server allows a minute).
 */
const CLOCK_WRONG_MS = 30_000;

const SECOND_MS = 1_000;

/**
 * Reads the clock of a server, or of the proxy in front of it, from the `Date` header of any answer
 * (RFC 9110 §6.6.1). The certificate is not verified: a wrong clock makes it invalid, the request
 * contains no secret, and the answer affects only this host.
 * @returns null without an answer, or without a date in it
 * @throws SwarmError `bad_url`
 */
export const readServerClock = async (
  url: string,
  timeoutMs: number,
): Promise<ClockReading | null> => {
  const { http } = parseServerUrl(url);
  const options = { method: 'HEAD', agent: false, signal: AbortSignal.timeout(timeoutMs) };
  const sentAt = Date.now();
  return await new Promise((resolve) => {
    const request = http.startsWith('https:')
      ? requestHttps(http, { ...options, rejectUnauthorized: false })
      : requestHttp(http, options);
    request.on('response', ({ headers }) => {
      resolve(readingOf(headers, sentAt, Date.now()));
      request.destroy();
    });
    // The requests that need an answer report its absence.
    request.on('error', () => resolve(null));
    request.on('close', () => resolve(null));
    request.end();
  });
};

const readingOf = (
  { date, age }: { date?: string | undefined; age?: string | undefined },
  sentAt: number,
  receivedAt: number,
): ClockReading | null => {
  const answeredAt = Date.parse(date ?? '');
  // A cached answer has the date of the original answer.
  if (Number.isNaN(answeredAt) || age !== undefined) return null;
  return {
    serverMs: answeredAt + SECOND_MS / 2,
    ownMs: (sentAt + receivedAt) / 2,
    uncertaintyMs: SECOND_MS / 2 + Math.abs(receivedAt - sentAt) / 2,
  };
};

/**
 * Error when the clocks certainly differ by more than tokens and certificates tolerate; null: no
 * error.
 */
export const clockProblem = (
  { serverMs, ownMs, uncertaintyMs }: ClockReading,
  url: string,
): SwarmError | null => {
  const difference = ownMs - serverMs;
  if (Math.abs(difference) - uncertaintyMs <= CLOCK_WRONG_MS) return null;
  return new SwarmError(
    'clock_wrong',
    `the clock of this host is ${Math.round(Math.abs(difference) / SECOND_MS)} s ${difference > 0 ? 'ahead of' : 'behind'} that of ${url}: here it is ${timeOf(ownMs)}, there ${timeOf(serverMs)}`,
    'synchronise the clock that is wrong before a run: tokens and certificates are valid by both (timedatectl, chronyc tracking); "there" is the Date header of LiveKit, or of the proxy in front of it',
  );
};

/** Formats a time as `2026-11-25T13:30:00Z`. */
const timeOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
