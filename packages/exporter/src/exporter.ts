import type { SourceName } from '@livekit-swarm/catalogue';
import type { Hono } from 'hono';
import { formatAddress, isLoopback, type ListenAddress } from './config/listen-address.ts';
import type { Secret, Secrets } from './config/live-secret.ts';
import { type AppPart, createApp } from './http/app.ts';
import type { CertificateFiles } from './http/certificate.ts';
import { type Listening, serve } from './http/serve.ts';
import { createExporterSelf } from './self/exporter-self.ts';
import type { Source, SourceContext } from './source.ts';

export interface ExporterOptions {
  listen: ListenAddress;
  /** Address for webhooks and reports of browsers; null: `listen`. */
  publicListen?: ListenAddress | null;
  /** Tokens, one of which every scraper must send; empty: no token is required. */
  tokens: readonly Secret[];
  /** Secrets to watch while the exporter runs, if they come from files. */
  secrets?: Secrets;
  tls: CertificateFiles | null;
  limits: { requests: number; requestTimeoutMs: number };
  /** Version of the product. */
  version: string;
  /** Commit that the program was built from; absent: unknown. */
  revision?: string;
  /**
   * Create the sources.
   * @param contextOf returns the means of a source to report its own state
   */
  sources(contextOf: (name: SourceName) => SourceContext): readonly Source[];
  /** Write a log line for operators, which never contains a secret. */
  log(line: string): void;
}

export interface Exporter {
  /** Base URL, `http://127.0.0.1:9465`, with the port in use. */
  readonly url: string;
  /** Base URL for webhooks and reports of browsers. */
  readonly publicUrl: string;
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
  const {
    listen,
    publicListen = null,
    tokens,
    tls,
    limits,
    version,
    revision = 'unknown',
    log,
  } = options;
  const self = createExporterSelf({ version, revision, log, timeoutMs: limits.requestTimeoutMs });
  const sources = options.sources(self.contextOf);
  let ready = false;
  const appOf = (part: AppPart): Hono =>
    createApp({
      sources,
      self,
      version,
      tokens,
      requests: limits.requests,
      part,
      isReady: () => ready,
      log,
    });
  const listeningOf = (part: AppPart, address: ListenAddress): Promise<Listening> => {
    const isPublic =
      part !== 'protected' && sources.some(({ publicRoutes }) => publicRoutes !== undefined);
    // There are more connections than requests: scrapers keep connections open, and so do browsers,
    // each for a request in ten seconds.
    const total = limits.requests * (isPublic ? 64 : 4);
    // One scraper may use all requests. One client of public routes may use an eighth of the
    // connections, as many users may share an address.
    const perClient = Math.max(2 * limits.requests, total / 8);
    return serve(appOf(part), {
      listen: address,
      tls,
      requestTimeoutMs: limits.requestTimeoutMs,
      connections: { total, perClient, newPerSecond: perClient / 4 },
      log,
    });
  };
  const listening = await listeningOf(publicListen === null ? 'all' : 'protected', listen);
  const publicListening =
    publicListen === null
      ? listening
      : await listeningOf('public', publicListen).catch(async (error: unknown) => {
          await listening.close(0);
          throw error;
        });
  const close = (graceMs: number): Promise<unknown> =>
    Promise.all([...new Set([listening, publicListening])].map((one) => one.close(graceMs)));
  const stopSources = (): Promise<unknown> =>
    Promise.all(
      sources.map((source) =>
        source
          .stop()
          .catch((error: unknown) => log(`${source.name}: ${String(error)} when it ended`)),
      ),
    );
  try {
    await Promise.all(sources.map((source) => source.start()));
  } catch (error) {
    await Promise.all([stopSources(), close(0)]);
    throw error;
  }
  ready = true;
  const unwatch = options.secrets?.watch(log) ?? (() => {});
  const urlOf = ({ address }: Listening): string =>
    `http${tls === null ? '' : 's'}://${formatAddress(address)}`;
  const [url, publicUrl] = [urlOf(listening), urlOf(publicListening)];
  log(`listening on ${url}; sources: ${sources.map(({ name }) => name).join(', ')}`);
  if (!isLoopback(listen) && tokens.length === 0)
    log('this address serves every client that reaches it: set a token');
  let stopping: Promise<void> | null = null;
  if (publicListening !== listening) log(`webhooks and browsers report at ${publicUrl}`);
  return {
    url,
    publicUrl,
    stop: () => {
      ready = false;
      unwatch();
      stopping ??= Promise.all([stopSources(), close(GRACE_MS)]).then(() => {});
      return stopping;
    },
  };
};
