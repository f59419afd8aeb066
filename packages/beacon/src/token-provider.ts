import type { BeaconOptions } from './options.ts';
import { withTimeout } from './with-timeout.ts';

export interface TokenProvider {
  /**
   * Returns the current token.
   * @throws errors of the application's function; Error if it returns no token
   */
  get(): Promise<string>;
  /** Latest token: a page that closes has no time to request another. Undefined: none yet. */
  last(): string | undefined;
  /** Marks the token as rejected, so that the next `get` requests another. */
  rejected(): void;
}

/**
 * Age after which a token is requested again, ms: a token that is valid for a few minutes must
 * still be valid when the page closes.
 */
const REFRESH_AFTER_MS = 300_000;
/**
 * Time limit of the application's function, ms: a function that never returns must not block
 * reports.
 */
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
