/**
 * Runs a real Prometheus with examples/exporter/prometheus.yaml, which requests probes of a real
 * cluster from a real exporter.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, type Service, startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Probing, scratch, startProbing, targetOf } from './support/probing.ts';
import { startScraping } from './support/scraping-prometheus.ts';

interface ScrapeConfig {
  job_name: string;
  scrape_interval?: string;
  scrape_timeout?: string;
  static_configs: { targets: string[]; labels?: Record<string, string> }[];
  relabel_configs?: { target_label: string; replacement?: string }[];
}

let dir = '';
let cluster: Cluster;
let probing: Probing;
let prometheus: Service | null = null;
let url = '';
const unavailable = await skipWithout('prometheus', 'redis', 'haproxy');

/** Configuration of the example with other addresses and a shorter scrape interval. */
const exampleFor = async (exporter: string): Promise<string> => {
  const text = await readFile(
    new URL('../../../examples/exporter/prometheus.yaml', import.meta.url),
    'utf8',
  );
  const config = parse(
    text.replaceAll('exporter:9465', exporter).replaceAll('production', 'lab'),
  ) as {
    scrape_configs: ScrapeConfig[];
  };
  for (const scrape of config.scrape_configs) {
    scrape.scrape_interval = scrape.job_name === 'swarm-exporter' ? '1s' : '8s';
    scrape.scrape_timeout = scrape.job_name === 'swarm-exporter' ? '1s' : '8s';
    // The cluster has two nodes.
    scrape.static_configs = scrape.static_configs.filter(({ labels }) => labels?.node !== 'node-3');
  }
  return stringify(config);
};

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await scratch();
  cluster = await startCluster({ dir: join(dir, 'cluster'), nodes: 2, with: ['haproxy'] });
  probing = await startProbing([targetOf(cluster)]);
  prometheus = await startScraping(dir, await exampleFor(new URL(probing.exporter.url).host));
  ({ url } = prometheus);
});

afterAll(async () => {
  if (unavailable !== null) return;
  await prometheus?.stop();
  await probing.exporter.stop();
  await cluster.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

const query = async (promql: string): Promise<Sample[]> => {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { status, data } = (await response.json()) as {
    status: string;
    data: { result: Sample[] };
  };
  expect(status).toBe('success');
  return data.result;
};

describe('examples/exporter/prometheus.yaml', () => {
  it('probes the target and each of its nodes, with distinct labels', async () => {
    const probed = async () =>
      (await query('livekit_swarm_probe_success')).map(({ metric, value }) => ({
        ...metric,
        value: value[1],
      }));
    await expect
      .poll(async () => (await probed()).length, { timeout: 40_000, interval: 500 })
      .toBe(3);
    const common = {
      __name__: 'livekit_swarm_probe_success',
      job: 'swarm-probe-audio',
      instance: 'lab',
      target: 'lab',
      module: 'audio_pair',
      value: '1',
    };
    expect(await probed()).toEqual(
      expect.arrayContaining([
        common,
        { ...common, node: 'node-1' },
        { ...common, node: 'node-2' },
      ]),
    );
    expect((await query('up{job="swarm-exporter"}'))[0]?.value[1]).toBe('1');
    // Counters continue from probe to probe, so that rates are valid.
    const packets = 'min(livekit_swarm_probe_packets_total{kind="audio",direction="down",node=""})';
    const before = Number((await query(packets))[0]?.value[1]);
    expect(before).toBeGreaterThan(100);
    await expect
      .poll(async () => Number((await query(packets))[0]?.value[1]), {
        timeout: 30_000,
        interval: 500,
      })
      .toBeGreaterThan(before + 100);
  });

  it('shows a dead node as a failed probe with its reason', async () => {
    cluster.service('node-2').signal('SIGKILL');
    const failing = async () =>
      (await query('livekit_swarm_probe_failure{node="node-2"}')).map(
        ({ metric }) => metric.reason,
      );
    await expect.poll(failing, { timeout: 40_000, interval: 500 }).toEqual(['unreachable']);
    const success = async () =>
      Object.fromEntries(
        (await query('livekit_swarm_probe_success')).map(({ metric, value }) => [
          metric.node ?? '',
          value[1],
        ]),
      );
    expect(await success()).toMatchObject({ 'node-1': '1', 'node-2': '0' });
    // A failed probe is not a failed scrape.
    expect((await query('min(up)'))[0]?.value[1]).toBe('1');
  });
});
