import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { bearerAuth } from 'hono/bearer-auth';
import { HTTPException } from 'hono/http-exception';
import type { Secret } from '../config/live-secret.ts';
import type { PasswordCheck } from '../web/password-check.ts';

const REALM = 'swarm exporter';

/** Credentials of clients: a token or a password. Without any, all clients are served. */
export interface Credentials {
  /** Tokens, one of which is enough. */
  tokens(): readonly Secret[];
  /** bcrypt hashes of passwords, by user. */
  users(): ReadonlyMap<string, string>;
  passwords: PasswordCheck;
}

/** Check whether clients need a token or a password. */
export const areRequired = ({ tokens, users }: Credentials): boolean =>
  tokens().length > 0 || users().size > 0;

/**
 * Require one of the tokens, as a bearer token or as a password with any user name, which browsers
 * request when a page is opened; or a user and the password.
 */
export const authenticate = (credentials: Credentials): MiddlewareHandler => {
  const { tokens, users, passwords } = credentials;
  const isToken = (given: string): boolean => isOneOf(tokens(), given);
  const bearer = bearerAuth({ verifyToken: isToken, realm: REALM });
  const basic = basicAuth({
    verifyUser: async (user, password) => {
      if (isToken(password)) return true;
      if (users().size === 0) return false;
      const verified = await passwords.verify(user, password, users());
      if (verified === 'busy')
        throw new HTTPException(503, { message: 'too many passwords at the same time\n' });
      return verified === 'right';
    },
    realm: REALM,
  });
  return async (c, next) => {
    if (!areRequired(credentials)) return await next();
    const given = c.req.header('authorization');
    const isPage = given === undefined && (c.req.header('accept') ?? '').includes('text/html');
    const isBasic =
      isPage || /^basic /i.test(given ?? '') || (given === undefined && users().size > 0);
    return isBasic ? await basic(c, next) : await bearer(c, next);
  };
};

const isOneOf = (tokens: readonly Secret[], given: string): boolean => {
  const digest = digestOf(given);
  // All tokens are compared, so that the time reveals nothing.
  return tokens.map(({ current }) => timingSafeEqual(digestOf(current), digest)).includes(true);
};

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
