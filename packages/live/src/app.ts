import { createHash, timingSafeEqual } from 'node:crypto';
import { liveDocument } from '@livekit-swarm/report/live';
import { Hono, type MiddlewareHandler } from 'hono';

export interface LiveAppOptions {
  /** Random token; the first part of every path. */
  token: string;
  /** Opens the event stream of a new browser; null: the limit of browsers is reached. */
  connect(): ReadableStream<Uint8Array> | null;
  /** HTML page of a report by its name; null: there is none. */
  report(name: string): Promise<string> | null;
  /** URL of the report that the page has become; null: the page is live. */
  moved(): string | null;
}

/**
 * Names of this host. Another name in a request comes from a foreign page whose name resolves to
 * 127.0.0.1 (DNS rebinding).
 */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

const HEADERS: Record<string, string> = {
  'cache-control': 'no-store',
  // The page has a policy of its own; frame-ancestors works only in a header (CSP3 §6.4.2).
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Routes of the live page. All are read-only and require the token. */
export const createLiveApp = ({ token, connect, report, moved }: LiveAppOptions): Hono => {
  const app = new Hono();
  app.onError((_error, c) => c.text('the page could not be made\n', 500));
  app.notFound((c) => c.text('open the address that swarm has printed\n', 404));
  app.use(guarded);
  app.use('/:token/*', async (c, next) => {
    if (!isSame(c.req.param('token'), token)) return c.notFound();
    return await next();
  });
  app.get('/:token/', (c) => {
    const href = moved();
    return href === null ? c.html(liveDocument()) : c.redirect(`/${token}/${href}`, 302);
  });
  app.get('/:token/events', (c) => {
    const stream = connect();
    return stream === null
      ? c.text('too many browsers at the same time\n', 503)
      : c.body(stream, 200, { 'content-type': 'text/event-stream; charset=utf-8' });
  });
  app.get('/:token/report/:name', async (c) => {
    const page = report(c.req.param('name'));
    return page === null ? c.notFound() : c.html(await page);
  });
  return app;
};

const guarded: MiddlewareHandler = async (c, next) => {
  const { hostname } = new URL(c.req.url);
  if (!LOOPBACK.has(hostname))
    return c.text('this page is for browsers on this host: open http://127.0.0.1 …\n', 403);
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD')
    return c.text('this page can only be read\n', 405, { allow: 'GET, HEAD' });
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  return undefined;
};

/** Compares in constant time, so that response times do not reveal the token. */
const isSame = (given: string, token: string): boolean =>
  timingSafeEqual(digestOf(given), digestOf(token));

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
