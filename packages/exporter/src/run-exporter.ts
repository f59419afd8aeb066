import {
  type ListenAddress,
  parseListenAddress,
  parseWebListenAddress,
} from './config/listen-address.ts';
import { fixedSecret } from './config/live-secret.ts';
import { checkToken } from './config/read-token.ts';
import { startExporter } from './exporter.ts';
import { logTo } from './log/log.ts';
import {
  createRunsSource,
  type DrillObserver,
  type RunsSource,
} from './sources/runs/runs-source.ts';

export interface RunExporterOptions {
  listen: readonly ListenAddress[];
  /** Path of a web configuration file of exporter-toolkit; absent: plain HTTP. */
  webConfigFile?: string | undefined;
  /** Token that every scraper must send; null: no token is required. */
  token: string | null;
  /** Version of the product. */
  version: string;
  /** Commit that the program was built from; absent: unknown. */
  revision?: string;
  log(line: string): void;
}

/** Exporter of the metrics of runs in this process, while they run. */
export interface RunExporter extends Pick<RunsSource, 'begin' | 'beginDrill' | 'linger'> {
  /** URL of the metrics: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

const LIMITS = { requests: 32, requestTimeoutMs: 15_000 };

/**
 * Start an exporter with the source of runs only.
 * @throws SwarmError `usage` if the address cannot be used
 */
export const startRunExporter = async ({
  listen,
  webConfigFile,
  token,
  version,
  revision = 'unknown',
  log,
}: RunExporterOptions): Promise<RunExporter> => {
  const made = Promise.withResolvers<RunsSource>();
  const exporter = await startExporter({
    listen,
    tokens: token === null ? [] : [fixedSecret(token)],
    web: webConfigFile === undefined ? null : { file: webConfigFile },
    limits: LIMITS,
    version,
    revision,
    log: logTo(({ message, level }) => {
      if (level !== 'debug') log(message);
    }),
    sources: (contextOf) => {
      const runs = createRunsSource(contextOf('runs'));
      made.resolve(runs);
      return [runs];
    },
  });
  const { begin, beginDrill, linger } = await made.promise;
  return { url: `${exporter.url}/metrics`, begin, beginDrill, linger, close: exporter.stop };
};

export type { DrillVerdictMetrics } from './sources/runs/drill-gauges.ts';
export { checkToken, type DrillObserver, parseListenAddress, parseWebListenAddress };
