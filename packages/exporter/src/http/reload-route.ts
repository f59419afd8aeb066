import { explain, messageOf, SwarmError } from '@livekit-swarm/settings';
import { Hono } from 'hono';

/**
 * Create the route `POST /-/reload`, as in Prometheus: it answers when the new configuration is in
 * effect, or why it is not.
 * @param isProtected returns true if only clients with a token or a password reach this route
 */
export const reloadRoute = (reload: () => Promise<string>, isProtected: () => boolean): Hono =>
  new Hono().all('/-/reload', async (c) => {
    if (c.req.method !== 'POST')
      return c.text('/-/reload accepts only POST\n', 405, { allow: 'POST' });
    if (!isProtected())
      return c.text(
        'a reload over HTTP needs a token or users, so that not every client can cause one; or send SIGHUP to the process\n',
        403,
      );
    try {
      return c.text(`${await reload()}\n`);
    } catch (error) {
      return c.text(`the old configuration stays in use: ${reasonOf(error)}\n`, 500);
    }
  });

/** Text of an error with its hint. Its messages hold no secret. */
export const reasonOf = (error: unknown): string =>
  error instanceof SwarmError ? explain(error) : messageOf(error);
