import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';

/**
 * Limits of the clock's error, s. livekit-server accepts tokens from up to a minute in the future.
 */
const LIMITS = { warnSeconds: 5, errorSeconds: 50 } as const;
const TIMEOUT_MS = 5_000;

/**
 * Answer with its Date (RFC 9110 §6.6.1: whole seconds), and the times of request and answer by
 * this host's clock, Unix time, ms.
 */
export interface DatedAnswer {
  date: string | null;
  askedAt: number;
  answeredAt: number;
}

export const clockRule = ({ date, askedAt, answeredAt }: DatedAnswer): CheckResult => {
  const server = date === null ? Number.NaN : Date.parse(date);
  // Answers of HAProxy itself have no date. The check of admission reports why HAProxy answers, and
  // whether a token is valid by the server's clock.
  if (Number.isNaN(server)) return skipped('the answer has no Date header');
  // The header is truncated to the second, so half a second is added.
  const seconds = (server + 500 - (askedAt + answeredAt) / 2) / 1_000;
  const uncertainty = 0.5 + (answeredAt - askedAt) / 2_000;
  const text = `the server's clock is ${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} this host's (± ${uncertainty.toFixed(1)} s)`;
  const atLeast = Math.abs(seconds) - uncertainty;
  if (atLeast > LIMITS.errorSeconds) return found('error', [text]);
  return atLeast > LIMITS.warnSeconds ? found('warning', [text]) : passed(text);
};

export const clock: Check = {
  id: 'clock',
  title: 'The clocks of the server and of this host agree',
  severities: ['error', 'warning'],
  cause:
    'A host that makes tokens or accepts them has a wrong clock: tokens are not valid yet, or no longer (nbf, exp), and TURN credentials expire',
  fix: 'switch on NTP (chrony, systemd-timesyncd) on the host of the server and its proxy, or on this one: whichever is wrong',
  needs: ['tls'],
  run: async ({ url }) => {
    const askedAt = Date.now();
    const response = await fetch(`${url.http}/`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answeredAt = Date.now();
    await response.body?.cancel();
    return clockRule({ date: response.headers.get('date'), askedAt, answeredAt });
  },
};
