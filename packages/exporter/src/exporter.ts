import type { Hono } from 'hono';
import { requireProtection } from './config/check-settings.ts';
import { formatAddress, isLoopback, type ListenAddress } from './config/listen-address.ts';
import { type AppPart, createApp } from './http/app.ts';
import type { Credentials } from './http/authenticate.ts';
import { ExchangeableApp } from './http/exchangeable-app.ts';
import { reasonOf } from './http/reload-route.ts';
import { type Listening, serve } from './http/serve.ts';
import type { Log } from './log/log.ts';
import type { Replaceable } from './replaceable.ts';
import { createExporterSelf } from './self/exporter-self.ts';
import { SourceSet } from './source-set.ts';
import { openWeb, type WebSource } from './web/open-web.ts';
import { createPasswordCheck } from './web/password-check.ts';
import { isProtecting } from './web/web-settings.ts';

export interface ExporterOptions extends Replaceable {
  listen: readonly ListenAddress[];
  /** Address for webhooks and reports of browsers; null: those of `listen`. */
  publicListen?: ListenAddress | null;
  /** Origin of TLS, users and headers; null: plain HTTP. */
  web: WebSource;
  limits: { requests: number; requestTimeoutMs: number };
  /** Version of the product. */
  version: string;
  /** Commit that the program was built from; absent: unknown. */
  revision?: string;
  /** Log for operators, which never contains a secret. */
  log: Log;
  /**
   * Read the configuration again; null: it cannot be.
   * @throws SwarmError if it is wrong, or has changes that need a restart
   */
  reload?: (() => Promise<Replaceable>) | null;
}

export interface Exporter {
  /** Base URL, `http://127.0.0.1:9465`, with the port in use. */
  readonly url: string;
  /** Base URL for webhooks and reports of browsers. */
  readonly publicUrl: string;
  /**
   * Read the configuration again: sources whose part of it changed are replaced. If it is wrong, the
   * old one stays in use, and the log has the reason.
   * @returns what happened
   * @throws SwarmError if the new configuration cannot be used
   */
  reload(): Promise<string>;
  /**
   * Reject further requests, let running scrapes finish, and release everything. Further calls have
   * no effect.
   */
  stop(): Promise<void>;
}

/** Time for running requests to finish after a stop, ms. */
const GRACE_MS = 10_000;

/**
 * Serve the metrics of the sources until the exporter is stopped.
 * @throws SwarmError `usage` if it cannot listen, or a source cannot work with its configuration;
 * nothing is left running then
 */
export const startExporter = async (options: ExporterOptions): Promise<Exporter> => {
  const { listen, publicListen = null, limits, version, revision = 'unknown', log } = options;
  const self = createExporterSelf({ version, revision, log, timeoutMs: limits.requestTimeoutMs });
  const web = openWeb({
    source: options.web,
    log: log.of('web'),
    ...(options.web !== null && { onRead: (worked) => self.configRead('web', worked) }),
    check: (changed) => {
      if (set.sources.some(({ name }) => name === 'sessions'))
        requireProtection('sessions', listen, tokens, changed);
    },
  });
  const isSecure = web.current.tls !== null;
  let { tokens } = options;
  const credentials: Credentials = {
    tokens: () => tokens,
    users: () => web.current.users,
    passwords: createPasswordCheck(),
  };
  const isProtected = (): boolean => tokens.length > 0 || isProtecting(web.current);
  const warnIfOpen = (): void => {
    if (!listen.every(isLoopback) && !isProtected())
      log.warn('this address serves every client that reaches it: set a token');
  };
  const set = new SourceSet(self, log, isProtected);
  set.prepare(options);
  let isReady = false;
  let stopping: Promise<void> | null = null;
  let reloading: Promise<unknown> = Promise.resolve();
  const read = options.reload ?? null;
  const reloadOnce = async (): Promise<string> => {
    if (read === null) throw new Error('there is no configuration file');
    // Sources that start now would outlive the exporter.
    if (stopping !== null) throw new Error('the exporter is stopping');
    try {
      const next = await read();
      const done = await set.replace(next, () => {
        ({ tokens } = next);
        return Promise.all([...apps].map(([part, app]) => app.exchange(appOf(part))));
      });
      web.refresh();
      self.configRead('config', true);
      log.of('config').info(done);
      warnIfOpen();
      return done;
    } catch (error) {
      self.configRead('config', false);
      log.of('config').error(`${reasonOf(error)}; the old configuration stays in use`);
      throw error;
    }
  };
  const reload = (): Promise<string> => {
    const done = reloading.then(reloadOnce);
    reloading = done.catch(() => {});
    return done;
  };
  const appOf = (part: AppPart): Hono =>
    createApp({
      sources: set.sources,
      self,
      version,
      credentials,
      web,
      requests: limits.requests,
      part,
      isReady: () => isReady,
      reload: read === null ? null : reload,
      log: log.of('web'),
    });
  const apps = new Map<AppPart, ExchangeableApp>();
  const listeningOf = (part: AppPart, address: ListenAddress): Promise<Listening> => {
    const isPublic =
      part !== 'protected' && set.sources.some(({ publicRoutes }) => publicRoutes !== undefined);
    // There are more connections than requests: scrapers keep connections open, and so do browsers,
    // each for a request in ten seconds.
    const total = limits.requests * (isPublic ? 64 : 4);
    // One scraper may use all requests. One client of public routes may use an eighth of the
    // connections, as many users may share an address.
    const perClient = Math.max(2 * limits.requests, total / 8);
    const app = apps.get(part) ?? new ExchangeableApp(appOf(part));
    apps.set(part, app);
    return serve(app, {
      listen: address,
      web,
      needsClientCertificates: part !== 'public',
      requestTimeoutMs: limits.requestTimeoutMs,
      connections: { total, perClient, newPerSecond: perClient / 4 },
      log: log.of('web'),
    });
  };
  const listenings: Listening[] = [];
  const close = (graceMs: number): Promise<unknown> =>
    Promise.all(listenings.map((one) => one.close(graceMs)));
  try {
    for (const address of listen)
      listenings.push(await listeningOf(publicListen === null ? 'all' : 'protected', address));
    if (publicListen !== null) listenings.push(await listeningOf('public', publicListen));
    await set.start();
  } catch (error) {
    await Promise.all([set.stop(), close(0)]);
    throw error;
  }
  isReady = true;
  if (read !== null) self.configRead('config', true);
  const urlOf = ({ address }: Listening): string =>
    `http${isSecure ? 's' : ''}://${formatAddress(address)}`;
  const urls = listenings.map(urlOf);
  const publicUrl = publicListen === null ? null : (urls.at(-1) ?? null);
  const own = publicUrl === null ? urls : urls.slice(0, -1);
  log.info(
    `listening on ${own.join(' and ')}; sources: ${set.sources.map(({ name }) => name).join(', ')}`,
  );
  warnIfOpen();
  if (publicUrl !== null) log.info(`webhooks and browsers report at ${publicUrl}`);
  const [url = ''] = own;
  return {
    url,
    publicUrl: publicUrl ?? url,
    reload,
    stop: () => {
      isReady = false;
      stopping ??= reloading.then(() => Promise.all([set.stop(), close(GRACE_MS)])).then(() => {});
      return stopping;
    },
  };
};
