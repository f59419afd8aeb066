import type { SourceName } from './catalogue/index.ts';
import { formatAddress, isLoopback, type ListenAddress } from './config/listen-address.ts';
import { createApp } from './http/app.ts';
import type { CertificateFiles } from './http/certificate.ts';
import { serve } from './http/serve.ts';
import { createExporterSelf } from './self/exporter-self.ts';
import type { Source, SourceContext } from './source.ts';

export interface ExporterOptions {
  listen: ListenAddress;
  token: string | null;
  tls: CertificateFiles | null;
  limits: { requests: number; requestTimeoutMs: number };
  /** Of the product. */
  version: string;
  /** @param contextOf gives each source the means to report its own state */
  sources(contextOf: (name: SourceName) => SourceContext): readonly Source[];
  /** A log line for operators; never contains a secret. */
  log(line: string): void;
}

export interface Exporter {
  /** `http://127.0.0.1:9465`, with the port that was taken. */
  readonly url: string;
  /** Takes no more requests, lets scrapes under way finish, leaves nothing behind. May be called again. */
  stop(): Promise<void>;
}

/** How long running requests have to finish after a stop was requested. */
const GRACE_MS = 10_000;

/**
 * Serves the metrics of its sources until it is stopped.
 * @throws SwarmError `usage` when it cannot listen, or a source cannot work as it is configured; nothing is left running then
 */
export const startExporter = async (options: ExporterOptions): Promise<Exporter> => {
  const { listen, token, tls, limits, version, log } = options;
  const self = createExporterSelf({ version, log, timeoutMs: limits.requestTimeoutMs });
  const sources = options.sources(self.contextOf);
  let ready = false;
  const app = createApp({
    sources,
    self,
    version,
    token,
    requests: limits.requests,
    isReady: () => ready,
    log,
  });
  // More connections than requests: scrapers keep theirs open, and so do browsers, each for a request in ten seconds.
  const connections =
    limits.requests * (sources.some(({ publicRoutes }) => publicRoutes !== undefined) ? 64 : 4);
  const listening = await serve(app, {
    listen,
    tls,
    requestTimeoutMs: limits.requestTimeoutMs,
    connections,
    log,
  });
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
    await Promise.all([stopSources(), listening.close(0)]);
    throw error;
  }
  ready = true;
  const url = `http${tls === null ? '' : 's'}://${formatAddress(listening.address)}`;
  log(`listening on ${url}; sources: ${sources.map(({ name }) => name).join(', ')}`);
  if (!isLoopback(listen) && token === null)
    log('this address serves every client that reaches it: set a token');
  let stopping: Promise<void> | null = null;
  return {
    url,
    stop: () => {
      ready = false;
      stopping ??= Promise.all([stopSources(), listening.close(GRACE_MS)]).then(() => {});
      return stopping;
    },
  };
};
