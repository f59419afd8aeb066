import type { DatabaseSync } from 'node:sqlite';
import { isUsageError } from '@livekit-swarm/settings';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { listRooms, type Span } from './journal/read.ts';
import { pageHeaders } from './page/page.ts';
import { roomPage } from './page/room-page.ts';
import { roomsPage } from './page/rooms-page.ts';
import { readSpan } from './view/read-span.ts';
import { viewRoom } from './view/room-view.ts';

export interface SessionRoutesOptions {
  /** Open database of the journal; null: it is not open. */
  database(): DatabaseSync | null;
  /** Write the waiting entries, so that responses are current. */
  flush(): void;
  deleteIdentity(identity: string): number;
  /** Current time, Unix ms. */
  now(): number;
  /** Returns true while the exporter requires a token, a user or a certificate of every client. */
  isProtected(): boolean;
}

const MOST_ROOMS = 500;
/** Code of a response for a room or participant without a session in the requested time. */
export const NO_SESSION = 'no_session';

/**
 * Create the pages of the session explorer and its API. All of them are behind the exporter's
 * token.
 */
export const sessionRoutes = ({
  database,
  flush,
  deleteIdentity,
  now,
  isProtected,
}: SessionRoutesOptions): Hono => {
  const app = new Hono();
  app.use('/sessions/*', async (c, next) =>
    isProtected() ? await next() : await onlyLocalNames(c, next),
  );
  app.use('/sessions/*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  });

  const answer = (
    c: Context,
    read: (open: DatabaseSync, span: Span) => Response | Promise<Response>,
  ): Response | Promise<Response> => {
    const open = database();
    if (open === null) return c.text('the session journal is not open\n', 503);
    try {
      const span = readSpan({ since: c.req.query('since'), until: c.req.query('until') }, now());
      flush();
      return read(open, span);
    } catch (error) {
      if (isUsageError(error))
        return c.text(`${error.message}${error.hint ? `: ${error.hint}` : ''}\n`, 400);
      throw error;
    }
  };

  app.get('/sessions/api/rooms', (c) =>
    answer(c, (open, span) => c.json({ ...span, rooms: listRooms(open, span, MOST_ROOMS) })),
  );
  app.get('/sessions/api/room', (c) =>
    answer(c, async (open, span) => {
      const { room = '', identity = null } = c.req.query();
      if (room === '') return c.text('name a room: ?room=NAME\n', 400);
      const view = await viewRoom(open, { ...span, room, identity });
      return view === null ? c.json({ code: NO_SESSION }, 404) : c.json(view);
    }),
  );
  app.delete('/sessions/api/identities/:identity', (c) =>
    answer(c, () => c.json({ deletedSessions: deleteIdentity(c.req.param('identity')) })),
  );
  app.get('/sessions', pageHeaders, (c) =>
    answer(c, async (open, span) => {
      const { room = '', identity = '', since = '' } = c.req.query();
      if (room === '')
        return c.html(roomsPage({ rooms: listRooms(open, span, MOST_ROOMS), since }));
      const view = await viewRoom(open, {
        ...span,
        room,
        identity: identity === '' ? null : identity,
      });
      return c.html(roomPage({ view, room, identity, since }), view === null ? 404 : 200);
    }),
  );
  return app;
};

const LOOPBACK_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Reject requests for other host names than those of loopback. Unprotected, the exporter listens on
 * loopback only, but a web page could reach it under a name of its own that resolves to this
 * host (DNS rebinding), and read personal data.
 */
const onlyLocalNames: MiddlewareHandler = async (c, next) => {
  if (LOOPBACK_NAME.test(c.req.header('host') ?? '')) return next();
  return c.text('sessions are shown at 127.0.0.1 or localhost, or with a token or a user\n', 403);
};
