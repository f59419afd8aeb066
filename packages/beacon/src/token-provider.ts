import type { BeaconOptions } from './options.ts';
import { withTimeout } from './with-timeout.ts';

export interface TokenProvider {
  /** The current token. @throws what the application's function throws, or Error if it returns none */
  get(): Promise<string>;
  /** The latest token: a page that closes has no time to request another. */
  last(): string | undefined;
  /** The token was rejected: the next `get` requests another. */
  rejected(): void;
}

/** A token that is valid for a few minutes must still be valid when the page closes. */
const REFRESH_AFTER_MS = 300_000;
/** A function that never returns must not block reports. */
const TIMEOUT_MS = 10_000;

export const createTokenProvider = (token: BeaconOptions['token']): TokenProvider => {
  let last = typeof token === 'string' ? token : undefined;
  let requestedAt = Number.NEGATIVE_INFINITY;
  const get = async (): Promise<string> => {
    if (typeof token === 'string') return token;
    if (last === undefined || performance.now() - requestedAt >= REFRESH_AFTER_MS) {
      const given = await withTimeout(token(), TIMEOUT_MS);
      if (!given) throw new Error('token: the function returned none');
      last = given;
      requestedAt = performance.now();
    }
    return last;
  };
  const rejected = () => {
    requestedAt = Number.NEGATIVE_INFINITY;
  };
  return { get, last: () => last, rejected };
};
