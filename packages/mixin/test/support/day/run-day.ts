/**
 * Runs a simulated day in a Prometheus server that scrapes, evaluates and stores on its own; only
 * its clock is faster.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';
import { createService, GRACEFUL_STOP, plainEnvironment } from '@livekit-swarm/lab';
import { parseExposition } from '@livekit-swarm/testkit/exposition';
import { stringify } from 'yaml';
import { renderRules } from '../../../src/render-rules.ts';
import { sampleTimes } from '../prometheus.ts';
import { scaleRules } from '../scale-rules.ts';
import type { TargetLabels } from './labels.ts';
import { serveDay } from './serve-day.ts';
import type { World } from './world.ts';
import type { Span } from './write-series.ts';

/**
 * Factor of time: a minute of the day takes a second, for scrapes, evaluations, `for` and every
 * range.
 */
export const FASTER = 60;
const MINUTE_MS = 60_000 / FASTER;
/** Time within which Prometheus uses the last value of a series, ms. */
const LOOKBACK_MS = 300_000 / FASTER;

export interface LivedDay {
  /** Minutes in which each alert fired, by alert and severity: `LiveKitNodeDown critical`. */
  fired: ReadonlyMap<string, readonly number[]>;
  /**
   * Number of rule evaluations: the fewest of any group (`evaluations`), and the failed ones
   * (`failed`).
   */
  evaluations: number;
  failed: number;
}

export const runDay = async (labels: TargetLabels, world: World, span: Span): Promise<LivedDay> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-real-day-'));
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const url = `http://127.0.0.1:${port}`;
  const day = await serveDay({ labels, world, span, minuteMs: MINUTE_MS, dir });
  const file = join(dir, 'prometheus.yaml');
  const rules = join(dir, 'rules.yaml');
  const interval = `${MINUTE_MS}ms`;
  const prometheus = createService({
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${LOOKBACK_MS}ms`,
      '--log.level=warn',
    ],
    env: plainEnvironment(),
    files: {
      [rules]: scaleRules(renderRules(labels.names, null), () => FASTER),
      [file]: stringify({
        global: {
          scrape_interval: interval,
          scrape_timeout: interval,
          evaluation_interval: interval,
        },
        rule_files: [rules],
        scrape_configs: [{ job_name: 'day', file_sd_configs: [{ files: [day.discoveryFile] }] }],
      }),
    },
    logFile: join(dir, 'prometheus.log'),
    ready: { url: `${url}/-/ready` },
    readyWithinMs: 30_000,
    stopSteps: GRACEFUL_STOP,
    url,
  });
  try {
    await prometheus.start();
    day.begin();
    const startedAt = Date.now();
    const minutes = span.to - span.from;
    await sleep(minutes * MINUTE_MS);
    const fired = await alertsOf(url, startedAt, span);
    const iterations = await ownCounters(url, 'prometheus_rule_group_iterations_total');
    const missed = await ownCounters(url, 'prometheus_rule_group_iterations_missed_total');
    const failed = await ownCounters(url, 'prometheus_rule_evaluation_failures_total');
    return {
      fired,
      evaluations: Math.min(...iterations) - Math.max(0, ...missed),
      failed: Math.max(0, ...failed),
    };
  } finally {
    await prometheus.stop();
    await day.close();
    await rm(dir, { recursive: true, force: true });
  }
};

/** All samples of ALERTS that the server stored. */
const alertsOf = async (
  url: string,
  startedAt: number,
  { from, to }: Span,
): Promise<Map<string, number[]>> => {
  const query = `ALERTS{alertstate="firing"}[${(to - from) * MINUTE_MS}ms]`;
  const fired = new Map<string, number[]>();
  for (const { labels, atMs } of await sampleTimes(url, query)) {
    const name = `${labels.alertname} ${labels.severity}`;
    const minutes = atMs.map((at) => from + Math.floor((at - startedAt) / MINUTE_MS));
    fired.set(name, [...(fired.get(name) ?? []), ...minutes]);
  }
  return fired;
};

/** Values of a metric of Prometheus itself, one for each series. */
const ownCounters = async (url: string, name: string): Promise<number[]> => {
  const series = parseExposition(await (await fetch(`${url}/metrics`)).text());
  return series.filter((one) => one.name === name).map(({ value }) => value);
};
