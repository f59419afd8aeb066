// An exporter in a separate process, to measure its memory. Sends its address to the parent; ends with it.
import { startExporter } from '../../src/exporter.ts';
import {
  CLIENTS_DEFAULTS,
  type ClientsOptions,
} from '../../src/sources/clients/clients-options.ts';
import { createClientsSource } from '../../src/sources/clients/clients-source.ts';

const { token, ...options } = JSON.parse(process.argv[2] ?? '{}') as Partial<ClientsOptions> & {
  token: string;
};
const exporter = await startExporter({
  listen: { host: '127.0.0.1', port: 0 },
  token,
  tls: null,
  limits: { requests: 128, requestTimeoutMs: 15_000 },
  version: '0.0.0',
  log: () => {},
  sources: (contextOf) => [
    createClientsSource({ ...CLIENTS_DEFAULTS, keys: [], ...options }, contextOf('clients')),
  ],
});
// Replies with the heap size after garbage collection.
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ retainedBytes: heapUsed + external });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: exporter.url });
