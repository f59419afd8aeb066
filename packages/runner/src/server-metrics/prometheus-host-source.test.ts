import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { prometheusHostSource } from './prometheus-host-source.ts';

type Labels = Record<string, string>;

const MEMORY = 'node_memory_MemTotal_bytes';
const AVAILABLE = 'node_memory_MemAvailable_bytes';

/** A server that answers as Prometheus does, with the series of its targets, whatever it is asked. */
const prometheusOf = async (targets: readonly Labels[]) => {
  const queries: string[] = [];
  const server = createServer(async (request, response) => {
    const query = new URLSearchParams(await text(request)).get('query') ?? '';
    queries.push(query);
    const result = query.startsWith('timestamp(')
      ? targets.map((metric) => ({ metric, value: [100, '99'] }))
      : targets.flatMap((labels, index) => [
          { metric: { __name__: MEMORY, ...labels }, value: [100, '1000'] },
          { metric: { __name__: AVAILABLE, ...labels }, value: [100, `${index * 250}`] },
        ]);
    response.end(JSON.stringify({ status: 'success', data: { result } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    queries,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};

const sample = (url: string, hosts: string[], selector: string | null = null) =>
  prometheusHostSource({ url, selector }).sample(AbortSignal.timeout(5_000), hosts);

test('a host has the figures of its target', async () => {
  await using prometheus = await prometheusOf([
    { job: 'node', instance: '10.0.0.5:9100', cluster: 'eu' },
    { job: 'node', instance: '10.0.0.6:9100', cluster: 'eu' },
  ]);
  const readings = await sample(prometheus.url, ['10.0.0.5', '10.0.0.6']);
  expect(readings).toMatchObject([
    { host: '10.0.0.5', ageMs: 1_000, figures: { memoryLimitBytes: 1_000, memoryShare: 1 } },
    { host: '10.0.0.6', figures: { memoryShare: 0.75 } },
  ]);
});

test('the labels of the deployment choose its hosts, those of the scrape of its nodes do not', async () => {
  await using prometheus = await prometheusOf([]);
  const selector = `job="livekit", cluster="a, \\"b\\"" , instance=~"x.+",zone!~"us.*"`;
  await sample(prometheus.url, ['10.0.0.5'], selector);
  expect(prometheus.queries).toEqual([
    `timestamp(${MEMORY}{instance=~"(?:10\\\\.0\\\\.0\\\\.5)(?::[0-9]+)?", cluster="a, \\"b\\"", zone!~"us.*"})`,
  ]);
});

test('several targets of one address are refused, as they may be several hosts', async () => {
  await using prometheus = await prometheusOf([
    { job: 'node', instance: '10.0.0.5:9100', cluster: 'eu' },
    { job: 'node', instance: '10.0.0.5:9100', cluster: 'us' },
  ]);
  await expect(sample(prometheus.url, ['10.0.0.5'])).rejects.toMatchObject({
    reason: 'not_measured',
    message: expect.stringContaining('several node_exporters of host 10.0.0.5'),
  });
});

test('names that every host has for itself are not asked for', async () => {
  await using prometheus = await prometheusOf([{ job: 'node', instance: 'localhost:9100' }]);
  expect(await sample(prometheus.url, ['localhost', '127.0.0.1', '::1'])).toEqual([]);
  expect(prometheus.queries).toEqual([]);
});
