// Runs an exporter in a separate process, to measure its memory and its responses. It sends its
// address to the parent, and ends with the parent.
import { startExporter } from '../../src/exporter.ts';
import { logTo } from '../../src/log/log.ts';
import {
  CLIENTS_DEFAULTS,
  type ClientsOptions,
} from '../../src/sources/clients/clients-options.ts';
import { createClientsSource } from '../../src/sources/clients/clients-source.ts';
import { createLifecycleSource } from '../../src/sources/lifecycle/lifecycle-source.ts';
import type { CertificateFiles } from '../../src/web/open-web.ts';

/** Options that the parent passes. */
export interface AttackedOptions extends Partial<Omit<ClientsOptions, 'keys'>> {
  token: string;
  key: { apiKey: string; apiSecret: string };
  tls?: CertificateFiles;
  /** True if the public routes have a listener of their own. */
  apart?: boolean;
}

const {
  token,
  key,
  tls,
  apart = false,
  ...options
} = JSON.parse(process.argv[2] ?? '{}') as AttackedOptions;
const exporter = await startExporter({
  listen: [{ host: '127.0.0.1', port: 0 }],
  publicListen: apart ? { host: '127.0.0.1', port: 0 } : null,
  tokens: [{ current: token }],
  web: tls === undefined ? null : { tls },
  limits: { requests: 128, requestTimeoutMs: 15_000 },
  version: '0.0.0',
  log: logTo(() => {}),
  sources: (contextOf) => [
    createClientsSource(
      { ...CLIENTS_DEFAULTS, keys: () => [key], ...options },
      contextOf('clients'),
    ),
    createLifecycleSource(
      [
        {
          deployment: { name: 'prod', ...key },
          httpUrl: null,
          redisUrl: null,
          intervalMs: 60_000,
          metering: null,
        },
      ],
      contextOf('lifecycle'),
    ),
  ],
});
// Replies with the heap size after garbage collection.
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ retainedBytes: heapUsed + external });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: exporter.url, publicUrl: exporter.publicUrl });
