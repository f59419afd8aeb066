/**
 * Deployment for the pictures: a cluster on this host with its monitoring, load, and two
 * participants in browsers.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createSources,
  loadSettings,
  logTo,
  parseListenAddress,
  startExporter,
} from '@livekit-swarm/exporter';
import { startRunExporter } from '@livekit-swarm/exporter/runs';
import { findFreePorts } from '@livekit-swarm/host';
import { type ClusterFacts, generateCredentials, startCluster } from '@livekit-swarm/lab';
import { openRecord } from '@livekit-swarm/record';
import { run } from '@livekit-swarm/runner';
import { expandPlan, readScenarioFile } from '@livekit-swarm/scenario';
import { findChromium, launchChromium } from '@livekit-swarm/testkit/chromium';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { stringify } from 'yaml';
import { serveCallSite } from '../../packages/exporter/test/support/call-site.ts';

const RULES = fileURLToPath(new URL('../../alerts/livekit-swarm.rules.yaml', import.meta.url));
const SHOW = fileURLToPath(new URL('show.yaml', import.meta.url));
const PEOPLE = ['anna', 'ben'];
const BROWSERS_ROOM = 'planning';
/** Time with empty panels before the load, ms, so that joins are visible. */
const BEFORE_MS = 20_000;

export interface Stage extends AsyncDisposable {
  prometheusUrl: string;
  scrapeSeconds: number;
  /** Start of Prometheus, Unix ms. */
  begunAt: number;
  /** Settles when the run has ended; rejects when it failed. */
  ended: Promise<unknown>;
}

/**
 * Resolves when all programs are up and participants are joining.
 * @param log receives progress
 * @throws SwarmError when a program cannot be started
 */
export const setStage = async (log: (line: string) => void): Promise<Stage> => {
  const scrapeSeconds = 5;
  const version = '0.1.0';
  const stack = new AsyncDisposableStack();
  try {
    const dir = await mkdtemp(join(tmpdir(), 'swarm-pictures-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const credentials = generateCredentials();
    const ports = await findFreePorts('127.0.0.1', 1);
    const metrics = await startRunExporter({
      listen: [parseListenAddress(`127.0.0.1:${ports.metrics}`)],
      token: null,
      version,
      log: () => {},
    });
    stack.defer(metrics.close);
    log('starting three nodes, Redis, haproxy, Prometheus, Alertmanager and the exporters');
    const cluster = await startCluster({
      dir,
      nodes: 3,
      credentials,
      with: ['haproxy', 'prometheus', 'alertmanager', 'node-exporter', 'redis-exporter'],
      ruleFiles: [RULES],
      intervalSeconds: scrapeSeconds,
      config: {
        webhook: {
          api_key: credentials.apiKey,
          urls: [`http://127.0.0.1:${ports.http}/webhook/lab`],
        },
      },
      jobs: [
        { job: 'swarm-exporter', targets: [{ address: `127.0.0.1:${ports.http}` }] },
        { job: 'swarm-run', targets: [{ address: `127.0.0.1:${ports.metrics}` }] },
      ],
      extras: async (facts) => {
        const settings = await loadSettings(
          { config: await configure(dir, ports.http, facts) },
          { SECRET: facts.apiSecret, REDIS_URL: facts.redisUrl ?? '' },
        );
        const sources = (contextOf: Parameters<typeof createSources>[1]) =>
          createSources(settings, contextOf);
        const exporter = await startExporter({
          ...settings,
          version,
          log: logTo(() => {}),
          sources,
        });
        stack.defer(exporter.stop);
        return [];
      },
    });
    stack.defer(cluster.stop);
    const begunAt = Date.now();
    await sleep(BEFORE_MS);
    log('participants join');
    const stop = new AbortController();
    const name = 'p1cture';
    const running = run({
      deployment: {
        ...credentials,
        url: cluster.url,
        embedded: false,
        serverVersion: null,
        exited: new Promise(() => {}),
      },
      guard: ownServerGuard(),
      run: name,
      plan: expandPlan(readScenarioFile(SHOW).scenario, name),
      allocation: { workers: 1, threads: 1 },
      signalling: 'auto',
      record: openRecord(join(dir, 'record')),
      version,
      stop: stop.signal,
      onLine: metrics.begin(),
    });
    // The promise is awaited below; until then it must not count as unhandled.
    const quiet = running.then(
      () => {},
      () => {},
    );
    stack.defer(async () => {
      stop.abort();
      await quiet;
    });
    const site = await serveCallSite({
      room: BROWSERS_ROOM,
      where: () => ({
        ...credentials,
        livekit: cluster.url,
        exporter: `http://127.0.0.1:${ports.http}`,
      }),
    });
    stack.use(site);
    const executable = findChromium();
    if (executable !== null) {
      const chromium = stack.use(await launchChromium(executable));
      for (const person of PEOPLE)
        await (await chromium.browser.newPage()).goto(`${site.url}/?as=${person}`);
    }
    const resources = stack.move();
    return {
      prometheusUrl: cluster.prometheusUrl ?? '',
      scrapeSeconds,
      begunAt,
      ended: running,
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
};

/** Writes a configuration with every source of the exporter, as an operator would. */
const configure = async (
  dir: string,
  port: number,
  { url, apiKey, nodes }: ClusterFacts,
): Promise<string> => {
  const file = join(dir, 'exporter.yaml');
  const config = {
    listen: `127.0.0.1:${port}`,
    targets: {
      lab: {
        url,
        apiKey,
        apiSecret: { env: 'SECRET' },
        redis: { env: 'REDIS_URL' },
        nodes: Object.fromEntries(
          nodes.map((node) => [node.name, { url: node.url, metricsUrl: node.metricsUrl }]),
        ),
      },
    },
    probes: {
      schedule: ['audio_pair', 'data_echo'].map((module) => ({
        target: 'lab',
        module,
        interval: '15s',
        perNode: true,
      })),
    },
    lifecycle: { interval: '5s' },
    clients: { origins: ['*'], rooms: [BROWSERS_ROOM] },
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
};
