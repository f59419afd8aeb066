import { join } from 'node:path';
import { stringify } from 'yaml';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service.ts';

/** A scrape job, as in the configuration of Prometheus. */
export interface ScrapeJob {
  job: string;
  targets: readonly { address: string; labels?: Record<string, string> }[];
  path?: string;
}

export interface PrometheusOptions {
  dir: string;
  port: number;
  jobs: readonly ScrapeJob[];
  /** Files with rules; globs are allowed. */
  ruleFiles: readonly string[];
  alertmanagerPort: number | null;
  /** Of scrapes and of rule evaluations. */
  intervalSeconds: number;
}

export const prometheus = async (options: PrometheusOptions): Promise<ServiceSpec> => {
  const { dir, port, jobs, ruleFiles, alertmanagerPort, intervalSeconds } = options;
  const configFile = join(dir, 'prometheus.yaml');
  const interval = `${intervalSeconds}s`;
  const config = {
    global: { scrape_interval: interval, evaluation_interval: interval, scrape_timeout: interval },
    rule_files: ruleFiles,
    ...(alertmanagerPort === null
      ? {}
      : {
          alerting: {
            alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
          },
        }),
    scrape_configs: jobs.map(({ job, targets, path = '/metrics' }) => ({
      job_name: job,
      metrics_path: path,
      static_configs: targets.map(({ address, labels = {} }) => ({ targets: [address], labels })),
    })),
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'prometheus',
    command: await requireProgram(['prometheus'], 'prometheus'),
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dir, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
    env: plainEnvironment(),
    files: { [configFile]: stringify(config) },
    logFile: join(dir, 'prometheus.log'),
    ready: { url: `${url}/-/ready` },
    readyWithinMs: 30_000,
    stopSteps: GRACEFUL_STOP,
    url,
  };
};
