import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@livekit-swarm/lab';
import { parseExposition, type Series } from '@livekit-swarm/testkit/exposition';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect } from 'vitest';
import type { Target } from '../../src/config/target.ts';
import { type Exporter, logTo, startExporter } from '../../src/index.ts';
import { type ProbeSettings, probeSettings } from '../../src/sources/probes/config.ts';
import { createProbesSource } from '../../src/sources/probes/probes-source.ts';

export const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), 'swarm-exporter-'));

export const targetOf = (
  { url, apiKey, apiSecret, nodes }: Cluster,
  given: Partial<Target> = {},
): Target => ({
  name: 'lab',
  url,
  apiKey,
  apiSecret,
  nodes: nodes.map((node) => ({ name: node.name, url: node.url, metricsUrl: node.metricsUrl })),
  isAllowedUrl: () => false,
  redisUrl: null,
  ...given,
});

export interface Answer {
  status: number;
  text: string;
  series: Series[];
  ms: number;
}

export interface Probing extends AsyncDisposable {
  readonly exporter: Exporter;
  readonly log: string[];
  ask(
    query: string,
    options?: { headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Answer>;
  metrics(): Promise<Answer>;
}

/** Start an exporter with probes of these targets, on any free port. */
export const startProbing = async (
  targets: readonly Target[],
  settings: Partial<ProbeSettings> = {},
  token: string | null = null,
): Promise<Probing> => {
  const log: string[] = [];
  const exporter = await startExporter({
    listen: [{ host: '127.0.0.1', port: 0 }],
    tokens: token === null ? [] : [{ current: token }],
    web: null,
    limits: { requests: 32, requestTimeoutMs: 5_000 },
    version: 'test',
    log: logTo(({ component, message }) => log.push(`${component}: ${message}`)),
    sources: (contextOf) => [
      createProbesSource(
        targets,
        { ...probeSettings({ modules: { audio_pair: { duration: 2_000 } } }), ...settings },
        contextOf('probes'),
      ),
    ],
  });
  const get = async (
    path: string,
    options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Answer> => {
    const began = performance.now();
    const response = await fetch(`${exporter.url}${path}`, options);
    const text = await response.text();
    const ms = performance.now() - began;
    return {
      status: response.status,
      text,
      series: response.status === 200 ? parseExposition(text) : [],
      ms,
    };
  };
  return {
    exporter,
    log,
    ask: (query, options) => get(`/probe?${query}`, options),
    metrics: () => get('/metrics'),
    [Symbol.asyncDispose]: () => exporter.stop(),
  };
};

/** List the rooms of probes in the cluster. */
export const probeRooms = async ({
  httpUrl,
  apiKey,
  apiSecret,
}: Pick<Cluster, 'httpUrl' | 'apiKey' | 'apiSecret'>): Promise<string[]> =>
  (await new RoomServiceClient(httpUrl, apiKey, apiSecret).listRooms())
    .map(({ name }) => name)
    .filter((name) => name.startsWith('swarm-probe-'));

export const expectNoRooms = (
  cluster: Parameters<typeof probeRooms>[0],
  withinMs = 5_000,
): Promise<void> =>
  expect.poll(() => probeRooms(cluster), { timeout: withinMs, interval: 100 }).toEqual([]);
