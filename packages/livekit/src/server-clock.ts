import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SwarmError } from '@livekit-swarm/settings';
import { parseServerUrl } from './url.ts';

/** The clocks of a server and of this host at one moment, Unix ms. */
interface ClockReading {
  serverMs: number;
  ownMs: number;
  /** By how much their difference may be wrong, ms: the header has whole seconds, and the answer was under way. */
  uncertaintyMs: number;
}

/** Beyond this difference tokens and certificates may not be valid by one of the two clocks (livekit-server allows a minute), ms. */
const CLOCK_WRONG_MS = 30_000;

const SECOND_MS = 1_000;

/**
 * Reads the clock of a server, or of the proxy in front of it, from the `Date` header of an answer (RFC 9110 §6.6.1), whatever the answer is. The
 * certificate is not verified: a clock that is wrong makes it invalid, nothing secret is sent, and the answer decides only about this host.
 * @returns null when there was no answer, or none with a date
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
    // Why it does not answer is found out by what needs an answer.
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
  // Of an answer out of a cache, the date is that of the original.
  if (Number.isNaN(answeredAt) || age !== undefined) return null;
  return {
    serverMs: answeredAt + SECOND_MS / 2,
    ownMs: (sentAt + receivedAt) / 2,
    uncertaintyMs: SECOND_MS / 2 + Math.abs(receivedAt - sentAt) / 2,
  };
};

/** The error of a clock that is certainly further from that of the server than tokens and certificates tolerate; null: it is not. */
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

/** `2026-11-25T13:30:00Z`. */
const timeOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
