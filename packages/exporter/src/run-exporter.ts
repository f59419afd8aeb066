import { type ListenAddress, parseListenAddress } from './config/listen-address.ts';
import { fixedSecret } from './config/live-secret.ts';
import { checkToken } from './config/read-token.ts';
import { startExporter } from './exporter.ts';
import {
  createRunsSource,
  type DrillObserver,
  type RunsSource,
} from './sources/runs/runs-source.ts';

export interface RunExporterOptions {
  listen: ListenAddress;
  /** Required of every scraper; null: no token is required. */
  token: string | null;
  /** Of the product. */
  version: string;
  log(line: string): void;
}

/** Metrics of the runs of this process, served while they run. */
export interface RunExporter extends Pick<RunsSource, 'begin' | 'beginDrill' | 'linger'> {
  /** `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

const LIMITS = { requests: 32, requestTimeoutMs: 15_000 };

/** @throws SwarmError `usage` when nothing can be listened to there */
export const startRunExporter = async ({
  listen,
  token,
  version,
  log,
}: RunExporterOptions): Promise<RunExporter> => {
  const made = Promise.withResolvers<RunsSource>();
  const exporter = await startExporter({
    listen,
    tokens: token === null ? [] : [fixedSecret(token)],
    tls: null,
    limits: LIMITS,
    version,
    log,
    sources: (contextOf) => {
      const runs = createRunsSource(contextOf('runs'));
      made.resolve(runs);
      return [runs];
    },
  });
  const { begin, beginDrill, linger } = await made.promise;
  return { url: `${exporter.url}/metrics`, begin, beginDrill, linger, close: exporter.stop };
};

export type { DrillReception, DrillVerdictMetrics } from './sources/runs/drill-gauges.ts';
export { checkToken, type DrillObserver, parseListenAddress };
