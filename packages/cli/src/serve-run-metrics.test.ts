import { networkInterfaces } from 'node:os';
import { PassThrough } from 'node:stream';
import type { RunExporter } from '@livekit-swarm/exporter/runs';
import { afterEach, expect, it } from 'vitest';
import { type ServedMetricsFlags, serveRunMetrics } from './serve-run-metrics.ts';

const stderr = new PassThrough();
const open: RunExporter[] = [];
afterEach(async () => {
  for (const metrics of open.splice(0)) await metrics.close();
});

const serve = async (
  flags: Partial<ServedMetricsFlags>,
  env: NodeJS.ProcessEnv = {},
): Promise<URL | null> => {
  const metrics = await serveRunMetrics({ 'web.listenAddress': [], ...flags }, { stderr, env });
  if (metrics === null) return null;
  open.push(metrics);
  return new URL(metrics.url);
};

const statusOf = async (url: string | URL, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(url, { headers })).status;

it('requires the token, and rejects one that cannot be sent in a header', async () => {
  const metrics = '127.0.0.1:0';
  const url = (await serve({ metrics }, { SWARM_METRICS_TOKEN: ' let-me-in\n' })) ?? '';
  expect(await statusOf(url)).toBe(401);
  expect(await statusOf(url, { authorization: 'Bearer let-me-in' })).toBe(200);
  const refused = await serve({ metrics }, { SWARM_METRICS_TOKEN: 'pass phrase!' }).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ code: 'usage' });
  expect(String(refused)).toContain('SWARM_METRICS_TOKEN');
  expect(String(refused)).not.toContain('phrase');
});

it('listens at --web.listen-address: a port alone is every interface', async () => {
  const url = await serve({ 'web.listenAddress': [':0'] });
  expect(await statusOf(`http://127.0.0.1:${url?.port}/metrics`)).toBe(200);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  if (outside !== undefined)
    expect(await statusOf(`http://${outside.address}:${url?.port}/metrics`)).toBe(200);
});

it('serves nothing unless asked to, and refuses flags that contradict each other', async () => {
  expect(await serve({})).toBeNull();
  await expect(serve({ 'web.config.file': 'web.yaml' })).rejects.toThrow('none are served');
  await expect(
    serve({ metrics: ':0', 'web.listenAddress': ['127.0.0.1:0'] }),
  ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('the same thing') });
  await expect(serve({ 'web.listenAddress': ['here'] })).rejects.toThrow(
    '"here" is not an address to listen on',
  );
});
