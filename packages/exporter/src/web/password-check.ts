import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from 'bcryptjs';

/** Check of passwords against bcrypt hashes. */
export interface PasswordCheck {
  /**
   * Check the password of a user.
   * @returns `busy` if too many checks are waiting
   */
  verify(user: string, password: string, users: ReadonlyMap<string, string>): Promise<Verified>;
}
export type Verified = 'right' | 'wrong' | 'busy';

export interface PasswordCheckOptions {
  compare?(password: string, hash: string): Promise<boolean>;
  pause?(ms: number): Promise<unknown>;
}

const MAX_WAITING = 16;
const MAX_REMEMBERED = 100;
/**
 * Pause after a wrong password, in multiples of the time that its check took: guesses take at most
 * a fifth of the event loop, on which probes measure the time of joins.
 */
const PAUSE_FACTOR = 4;

/**
 * Create a check of passwords. It checks one at a time, since a check takes 50 ms of the CPU and
 * more, and remembers right ones: a scraper that sends one each time costs one check.
 */
export const createPasswordCheck = ({
  compare: isPassword = compare,
  pause = (ms) => sleep(ms, undefined, { ref: false }),
}: PasswordCheckOptions = {}): PasswordCheck => {
  const right = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Check a password after all others before it; a wrong one delays those after it. */
  const check = (password: string, hash: string): Promise<boolean> => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    last = last.then(async () => {
      const began = performance.now();
      try {
        const isRight = await isPassword(password, hash);
        resolve(isRight);
        if (!isRight) await pause(PAUSE_FACTOR * (performance.now() - began));
      } catch (error) {
        reject(error);
      }
    });
    return promise;
  };

  return {
    verify: async (user, password, users) => {
      const hash = users.get(user);
      const key = keyOf(user, hash ?? '', password);
      if (hash !== undefined && right.has(key)) return 'right';
      if (waiting >= MAX_WAITING) return 'busy';
      waiting++;
      // Another hash has the usual cost, so that the time does not show that a user does not exist.
      const [other = ''] = users.values();
      const isRight = await check(password, hash ?? other).finally(() => waiting--);
      if (!isRight || hash === undefined) return 'wrong';
      right.add(key);
      const [oldest = key] = right;
      if (right.size > MAX_REMEMBERED) right.delete(oldest);
      return 'right';
    },
  };
};

/** Digest of what was checked: no password is remembered in clear. */
const keyOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64');
