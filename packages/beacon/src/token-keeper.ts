import { inTime } from './in-time.ts';
import type { BeaconOptions } from './options.ts';

export interface TokenKeeper {
  /** The token to use now. @throws what the application's function throws, or when it gives none */
  get(): Promise<string>;
  /** The token that was known last: a page that is going has no time to ask. */
  last(): string | undefined;
  /** It was refused: the next `get` asks again. */
  refused(): void;
}

/** A token of a few minutes must still be good when the page closes. */
const ASK_AGAIN_AFTER_MS = 300_000;
/** A function that never answers must not keep reports for ever. */
const ANSWER_WITHIN_MS = 10_000;

export const keepToken = (token: BeaconOptions['token']): TokenKeeper => {
  let last = typeof token === 'string' ? token : undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const get = async (): Promise<string> => {
    if (typeof token === 'string') return token;
    if (last === undefined || performance.now() - askedAt >= ASK_AGAIN_AFTER_MS) {
      const given = await inTime(token(), ANSWER_WITHIN_MS);
      if (!given) throw new Error('token: the function gave none');
      last = given;
      askedAt = performance.now();
    }
    return last;
  };
  const refused = () => {
    askedAt = Number.NEGATIVE_INFINITY;
  };
  return { get, last: () => last, refused };
};
