import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSources, type Exporter, loadSettings, parseListenAddress, startExporter } from '@livekit-swarm/exporter';
import { startRunExporter } from '@livekit-swarm/exporter/runs';
import { type Cluster, type ClusterFacts, findFreePorts, generateCredentials, startCluster } from '@livekit-swarm/lab';
import { runSmallCrowd } from '@livekit-swarm/swarm/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dashboards } from '../src/dashboards/index.ts';
import { KNOWN } from '../src/known/index.ts';
import { panelsOf, queries, withoutVariables } from '../src/queries.ts';
import { askPrometheus, metricNames, type Sample } from '../src/testing/prometheus.ts';
import { readPromql } from '../src/testing/read-promql.ts';

const RULES = fileURLToPath(new URL('../../../alerts/livekit-swarm.rules.yaml', import.meta.url));
const credentials = generateCredentials();
const log = (): void => {};
/** What panels say that may be empty here: nothing is broken, no browser reports and nobody drills. All others must have data. */
const MAY_BE_EMPTY = new Set([
  'none',
  'none lost',
  'none yet',
  'none fails',
  'none fired',
  'all below a millisecond',
  'nobody was gone',
  'no browser reports',
  'no rooms are listed',
  'no module sends data',
  'no limit is set',
  'no drill',
]);

/** Every source that needs no browser, as an operator would configure it. */
const exporterFor = async (dir: string, port: number, { url, nodes, redisUrl }: ClusterFacts): Promise<Exporter> => {
  const config = join(dir, 'exporter.yaml');
  const of = (name: string, more: object) => ({ [name]: more });
  await writeFile(
    config,
    stringify({
      listen: `127.0.0.1:${port}`,
      targets: of('lab', {
        url,
        apiKey: credentials.apiKey,
        apiSecret: { env: 'SECRET' },
        redis: redisUrl,
        nodes: Object.assign({}, ...nodes.map((node) => of(node.name, { url: node.url, metrics: node.metricsUrl }))),
      }),
      probes: { schedule: [{ target: 'lab', module: 'audio_pair', every: '10s', nodes: true }] },
      lifecycle: { every: '1s' },
      clients: { origins: ['*'] },
    }),
    { mode: 0o600 },
  );
  const settings = await loadSettings({ config }, { SECRET: credentials.apiSecret });
  return startExporter({ ...settings, version: '0.0.0', log, sources: (contextOf) => createSources(settings, contextOf) });
};

describe('every query, asked of a real Prometheus that scrapes a real cluster with a crowd in it', () => {
  let dir: string;
  let cluster: Cluster;
  let prometheus: string;
  let names: ReadonlySet<string>;
  const closing: (() => Promise<unknown>)[] = [];
  const plain = (expr: string): string => withoutVariables(expr, '1m');

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swarm-mixin-'));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    const ports = await findFreePorts('127.0.0.1', 1);
    const metrics = await startRunExporter({
      listen: parseListenAddress(`127.0.0.1:${ports.metrics}`),
      token: null,
      version: '0.0.0',
      log,
    });
    closing.push(metrics.close);
    cluster = await startCluster({
      dir,
      nodes: 3,
      credentials,
      with: ['haproxy', 'prometheus', 'node-exporter', 'redis-exporter'],
      ruleFiles: [RULES],
      intervalSeconds: 1,
      config: { webhook: { api_key: credentials.apiKey, urls: [`http://127.0.0.1:${ports.http}/webhook/lab`] } },
      jobs: [
        { job: 'swarm-exporter', targets: [{ address: `127.0.0.1:${ports.http}` }] },
        { job: 'swarm-run', targets: [{ address: `127.0.0.1:${ports.metrics}` }] },
      ],
      extras: async (facts) => {
        const exporter = await exporterFor(dir, ports.http, facts);
        closing.push(exporter.stop);
        return [];
      },
    });
    closing.push(cluster.stop);
    prometheus = cluster.prometheusUrl ?? '';
    const stop = new AbortController();
    const running = runSmallCrowd({
      name: 'm1xin',
      load: { rooms: 4, participants: 3, publish: ['audio', 'video'], durationMs: 120_000 },
      url: cluster.url,
      ...credentials,
      dir,
      stop: stop.signal,
      onLine: metrics.begin(),
    });
    closing.push(async () => {
      stop.abort();
      await running;
    });
    // Long enough for several reports of the nodes (one in five seconds) and for a test call through each of them.
    await sleep(45_000);
    names = await metricNames(prometheus);
  }, 170_000);

  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  }, 60_000);

  it('takes all of them', async () => {
    const refused: string[] = [];
    for (const { expr, asker, where } of queries()) {
      await askPrometheus(prometheus, plain(expr)).catch((error: Error) => refused.push(`${asker}, ${where}: ${error.message}`));
    }
    expect(refused).toEqual([]);
  });

  it('has seen every metric that is not declared to appear only when something happens', () => {
    const missing = queries().flatMap(({ expr, asker, where }) =>
      readPromql(plain(expr))
        .selections.filter(({ metric }) => !names.has(metric) && KNOWN.get(metric)?.appears !== 'first-use')
        .map(({ metric }) => `${metric} (${asker}, ${where})`),
    );
    expect(missing).toEqual([]);
  });

  it('has the labels that recordings are declared to have', async () => {
    for (const [name, { source, labels }] of KNOWN) {
      if (source !== 'recordings') continue;
      for (const sample of await askPrometheus(prometheus, name)) {
        const { __name__, ...own } = sample.labels;
        expect(Object.keys(own).toSorted(), name).toEqual([...labels].toSorted());
      }
    }
  });

  it.each(Object.entries(dashboards()))('fills %s', async (_key, dashboard) => {
    const empty: string[] = [];
    for (const panel of panelsOf(dashboard)) {
      const exprs = (panel.targets ?? []).flatMap((target) =>
        'expr' in target && typeof target.expr === 'string' ? [target.expr] : [],
      );
      const answers = await Promise.all(exprs.map((expr) => askPrometheus(prometheus, plain(expr))));
      if (MAY_BE_EMPTY.has(panel.fieldConfig?.defaults.noValue ?? '')) continue;
      if (!answers.flat().some(({ value }: Sample) => !Number.isNaN(value))) empty.push(panel.title ?? '');
    }
    expect(empty).toEqual([]);
  });

  it('offers nodes, machines and deployments to choose from', async () => {
    const chosen = queries().filter(({ kind }) => kind === 'variable');
    for (const { expr, asker, where, label = '' } of chosen.filter(({ expr: of }) => !of.startsWith('swarm_client_'))) {
      const values = (await askPrometheus(prometheus, plain(expr))).map(({ labels }) => labels[label]);
      expect(values.filter(Boolean).length, `${where} of ${asker}`).toBeGreaterThan(0);
    }
  });
});
