import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

/** Scrape job, as in the configuration of Prometheus. */
export interface ScrapeJob {
  job: string;
  targets: readonly { address: string; labels?: Record<string, string> }[];
  path?: string;
  /** Bearer token for the scrapes; absent: none. */
  token?: string;
}

export interface PrometheusOptions {
  dir: string;
  port: number;
  jobs: readonly ScrapeJob[];
  /** Files with rules; globs are allowed. */
  ruleFiles: readonly string[];
  alertmanagerPort: number | null;
  /** Interval of scrapes and of rule evaluations, s. */
  intervalSeconds: number;
}

export const prometheus = async (options: PrometheusOptions): Promise<ServiceSpec> => {
  const { dir, port, jobs, ruleFiles, alertmanagerPort, intervalSeconds } = options;
  const folder = join(dir, 'prometheus');
  const rules = await copyOf(ruleFiles);
  const interval = `${intervalSeconds}s`;
  const config = {
    global: { scrape_interval: interval, evaluation_interval: interval, scrape_timeout: interval },
    rule_files: Object.keys(rules),
    ...(alertmanagerPort === null
      ? {}
      : {
          alerting: {
            alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
          },
        }),
    scrape_configs: jobs.map(({ job, targets, path = '/metrics', token }) => ({
      job_name: job,
      metrics_path: path,
      ...(token === undefined ? {} : { authorization: { credentials: token } }),
      static_configs: targets.map(({ address, labels = {} }) => ({ targets: [address], labels })),
    })),
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'prometheus',
    command: await requireProgram(['prometheus'], 'prometheus'),
    args: [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    env: plainEnvironment(),
    files: Object.fromEntries(
      Object.entries({ ...rules, 'prometheus.yaml': stringify(config) }).map(([name, text]) => [
        join(folder, name),
        text,
      ]),
    ),
    ownUser: { folder, dataFolder: 'data' },
    logFile: join(dir, 'prometheus.log'),
    ready: { url: `${url}/-/ready` },
    readyWithinMs: 30_000,
    stopSteps: GRACEFUL_STOP,
    url,
  };
};

/**
 * Copies of rule files by name, for the folder of Prometheus, whose user may not be able to read
 * the caller's files.
 */
const copyOf = async (ruleFiles: readonly string[]): Promise<Record<string, string>> => {
  const rules: Record<string, string> = {};
  for await (const file of glob(ruleFiles))
    rules[`${Object.keys(rules).length + 1}-${basename(file)}`] = await readFile(file, 'utf8');
  return rules;
};
