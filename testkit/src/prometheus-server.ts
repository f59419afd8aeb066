import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePorts } from '@livekit-swarm/host';

/** Series of an answer, with values as [Unix time in seconds, value]. */
export interface QueriedSeries {
  labels: Record<string, string>;
  values: [number, number][];
}

export interface PrometheusServer extends AsyncDisposable {
  /** Base URL: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Runs a query for the present time. */
  query(text: string): Promise<QueriedSeries[]>;
  /** Kills the server without warning. */
  kill(): Promise<void>;
  /** Starts the server again, with its data and its port. */
  restart(): Promise<void>;
}

/**
 * Starts a Prometheus for one test, which receives remote write. It must be installed.
 * @param past samples that it stores first, in the format of OpenMetrics, which promtool writes as
 * blocks
 * @param rules groups of rules that it evaluates, as YAML
 * @param scrapes further configuration, as YAML
 */
export const startPrometheus = async (
  past?: string,
  rules?: string,
  scrapes = '',
): Promise<PrometheusServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-prometheus-'));
  const config = join(dir, 'prometheus.yml');
  const first = rules === undefined ? '' : 'rule_files: [rules.yml]\n';
  writeFileSync(config, `${first}${scrapes}` || 'global: {}\n');
  if (rules !== undefined) writeFileSync(join(dir, 'rules.yml'), rules);
  if (past !== undefined) {
    const file = join(dir, 'past.txt');
    writeFileSync(file, past);
    await promisify(execFile)('promtool', [
      ...['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, join(dir, 'data')],
    ]);
  }
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const url = `http://127.0.0.1:${port}`;
  let server: { process: ChildProcess; ended: Promise<unknown> } | null = null;

  const start = async (): Promise<void> => {
    const process = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // Stored data may be old.
        '--storage.tsdb.retention.time=100y',
        '--web.enable-remote-write-receiver',
      ],
      { stdio: 'ignore' },
    );
    server = { process, ended: new Promise((resolve) => process.once('close', resolve)) };
    for (let tries = 0; tries < 300; tries++) {
      const response = await fetch(`${url}/-/ready`).catch(() => null);
      if (response?.ok) return;
      await sleep(100);
    }
    throw new Error('Prometheus is not ready after 30 s');
  };
  const kill = async (): Promise<void> => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    server = null;
  };
  await start();
  return {
    url,
    query: async (text) => {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text })}`);
      const { data, error } = (await response.json()) as Answer;
      if (data === undefined) throw new Error(`${text}: ${error}`);
      return data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
        labels: metric,
        values: values.map(([at, number]) => [at, Number(number)]),
      }));
    },
    kill,
    restart: start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

interface Answer {
  error?: string;
  data?: {
    result: {
      metric: Record<string, string>;
      value?: [number, string];
      values?: [number, string][];
    }[];
  };
}
