import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { bearerAuth } from 'hono/bearer-auth';
import type { Secret } from '../config/live-secret.ts';

const REALM = 'swarm exporter';

/**
 * Require one of the tokens: as a bearer token, or as a password with any user name, which browsers
 * request when a page is opened.
 */
export const authenticate = (tokens: readonly Secret[]): MiddlewareHandler => {
  const isToken = isOneOf(tokens);
  const bearer = bearerAuth({ verifyToken: isToken, realm: REALM });
  const basic = basicAuth({ verifyUser: (_user, password) => isToken(password), realm: REALM });
  return (c, next) => {
    const given = c.req.header('authorization');
    const isPage = given === undefined && (c.req.header('accept') ?? '').includes('text/html');
    return isPage || given?.startsWith('Basic ') === true ? basic(c, next) : bearer(c, next);
  };
};

const isOneOf =
  (tokens: readonly Secret[]) =>
  (given: string): boolean => {
    const digest = digestOf(given);
    // All tokens are compared, so that the time reveals nothing.
    return tokens.map(({ current }) => timingSafeEqual(digestOf(current), digest)).includes(true);
  };

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
