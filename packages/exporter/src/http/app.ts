import { formatFor, render } from '@livekit-swarm/catalogue/registry';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import { HTTPException } from 'hono/http-exception';
import { matchedRoutes } from 'hono/route';
import type { Log } from '../log/log.ts';
import type { ExporterSelf } from '../self/exporter-self.ts';
import type { Source } from '../source.ts';
import type { Web } from '../web/open-web.ts';
import { areRequired, authenticate, type Credentials } from './authenticate.ts';
import { reloadRoute } from './reload-route.ts';
import { webHeaders, webRateLimit } from './web-middleware.ts';

export interface AppOptions {
  sources: readonly Source[];
  self: ExporterSelf;
  version: string;
  /** Credentials, required everywhere except at /-/healthy, /-/ready and public routes. */
  credentials: Credentials;
  /** Headers and limits from the web configuration file. */
  web: Web;
  /** Maximum number of requests at the same time. */
  requests: number;
  /** Routes to serve: the public routes of sources may have a listener of their own. */
  part: AppPart;
  isReady(): boolean;
  /** Read the configuration again; null: it cannot be. Returns what happened. */
  reload: (() => Promise<string>) | null;
  log: Log;
}

export type AppPart = 'all' | 'public' | 'protected';

/** Create the application with all routes of a listener. */
export const createApp = ({
  sources,
  self,
  version,
  credentials,
  web,
  requests,
  part,
  isReady,
  reload,
  log,
}: AppOptions): Hono => {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // Clients disconnect during requests, browsers do so regularly. This is not an error, and must
    // not fill the log.
    if (c.req.raw.signal.aborted)
      return c.text('the client disconnected before its request was complete\n', 400);
    log.error(
      `${c.req.method} ${routeOf(c)}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return c.text('internal error\n', 500);
  });
  app.notFound((c) => c.text('there is no such path; / lists the paths\n', 404));
  app.use(counted(self, log), webHeaders(web));
  // The health checks are outside the limit, so that a busy process does not look unhealthy; and
  // outside the token, which kubelets and load balancers do not have.
  app.get('/-/healthy', (c) => c.text('healthy\n'));
  app.get('/-/ready', (c) => (isReady() ? c.text('ready\n') : c.text('not ready\n', 503)));
  // Public routes of each source have a limit of their own, so that their clients cannot block
  // scrapers.
  for (const { publicRoutes, admit, publicRequests = requests } of sources) {
    if (publicRoutes === undefined || part === 'protected') continue;
    const limit = limited(publicRequests);
    for (const path of new Set(publicRoutes.routes.map((route) => route.path)))
      app.use(path, ...(admit === undefined ? [] : [admit]), limit);
    app.route('/', publicRoutes);
  }
  if (part === 'public') return app;
  app.use(webRateLimit(web), limited(requests), authenticate(credentials));
  app.get('/', (c) => c.html(landingPage(version, sources)));
  app.get('/metrics', async (c) => {
    const { contentType, body } = await render(
      await self.collectAll(sources),
      formatFor(c.req.header('accept')),
    );
    return c.body(body, 200, { 'content-type': contentType });
  });
  if (reload !== null)
    app.route(
      '/',
      reloadRoute(reload, () => areRequired(credentials)),
    );
  for (const { routes } of sources) if (routes !== undefined) app.route('/', routes);
  return app;
};

/** Count and log requests by route, not by path: clients choose paths. */
const counted =
  (self: ExporterSelf, log: Log): MiddlewareHandler =>
  async (c, next) => {
    const began = performance.now();
    await next();
    const route = routeOf(c);
    self.countRequest(route, c.res.status);
    log.debug(
      `${c.req.method} ${route}: ${c.res.status} after ${Math.round(performance.now() - began)} ms`,
    );
  };

const routeOf = (c: Context): string =>
  matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'other';

const limited = (most: number): MiddlewareHandler => {
  let underWay = 0;
  return async (c, next) => {
    if (underWay >= most)
      return c.text('too many requests at the same time\n', 503, { 'retry-after': '1' });
    underWay++;
    try {
      return await next();
    } finally {
      underWay--;
    }
  };
};

/** Page at `/`. It omits targets, which scrapers need not know. */
const landingPage = (version: string, sources: readonly Source[]) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>swarm exporter</title></head>
<body>
<h1>swarm exporter ${version}</h1>
<p>Prometheus metrics of LiveKit deployments. Sources that are on: ${sources.map(({ name }) => name).join(', ')}.</p>
<ul>
<li><a href="/metrics">/metrics</a></li>
${sources.some(({ name }) => name === 'probes') ? html`<li>/probe?target=NAME&amp;module=audio_pair</li>` : ''}
${sources.some(({ name }) => name === 'sessions') ? html`<li><a href="/sessions">/sessions</a></li>` : ''}
<li><a href="/-/healthy">/-/healthy</a></li>
<li><a href="/-/ready">/-/ready</a></li>
</ul>
</body>
</html>
`;
