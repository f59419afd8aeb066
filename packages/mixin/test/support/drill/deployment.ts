/** A typical deployment, monitored by the included rules: three nodes, Redis, load balancer, Prometheus, Alertmanager, exporter. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '@livekit-swarm/host';
import {
  type Cluster,
  type ClusterFacts,
  type Extra,
  GRACEFUL_STOP,
  generateCredentials,
  plainEnvironment,
  startCluster,
} from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { stringify } from 'yaml';
import { EXAMPLE_CAPACITY } from '../../../src/capacity.ts';
import { renderRules } from '../../../src/render-rules.ts';
import { SHIPPED } from '../../../src/shipped.ts';
import { askPrometheus, type Sample } from '../prometheus.ts';
import { scaleRules } from '../scale-rules.ts';
import { factorAt, type Pace } from './pace.ts';
import { receiveWebhooks, type WebhookReceiver } from './webhook-receiver.ts';

const SWARM = fileURLToPath(new URL('../../../../cli/src/main.ts', import.meta.url));

export interface MonitoredDeployment extends AsyncDisposable {
  dir: string;
  cluster: Cluster;
  receiver: WebhookReceiver;
  rooms: RoomServiceClient;
  /** Runs a query on Prometheus. */
  ask(query: string): Promise<Sample[]>;
}

/** Resolves when everything is up and Prometheus has loaded the included rules at this pace. */
export const startDeployment = async (pace: Pace): Promise<MonitoredDeployment> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-alerts-'));
  // A process that is ended by a signal cannot await anything.
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const receiver = await receiveWebhooks();
  const close = async (): Promise<void> => {
    await receiver.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const ruleFile = join(dir, 'rules.yaml');
    await writeFile(ruleFile, scaleRules(renderRules(SHIPPED, EXAMPLE_CAPACITY), factorAt(pace)));
    const credentials = generateCredentials();
    const { http: exporterPort } = await findFreePorts('127.0.0.1', 1);
    const cluster = await startCluster({
      dir,
      nodes: 3,
      credentials,
      with: ['haproxy', 'prometheus', 'alertmanager', 'node-exporter', 'redis-exporter'],
      ruleFiles: [ruleFile],
      intervalSeconds: pace.intervalSeconds,
      alertWebhookUrl: receiver.url,
      config: {
        webhook: {
          api_key: credentials.apiKey,
          urls: [`http://127.0.0.1:${exporterPort}/webhook/lab`],
        },
      },
      extras: async (facts) => [await exporter(facts, dir, exporterPort, pace)],
    });
    return {
      dir,
      cluster,
      receiver,
      rooms: new RoomServiceClient(cluster.httpUrl, credentials.apiKey, credentials.apiSecret),
      ask: (query) => askPrometheus(cluster.prometheusUrl ?? '', query),
      [Symbol.asyncDispose]: async () => {
        await cluster.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** `swarm exporter` in its own process, so that it can be killed: probes through the load balancer and of each node, and lifecycle with Redis. */
const exporter = async (
  facts: ClusterFacts,
  dir: string,
  port: number,
  { probeInterval }: Pace,
): Promise<Extra> => {
  const address = `127.0.0.1:${port}`;
  const config = join(dir, 'exporter.yaml');
  const nodes = facts.nodes.map(({ name, url, metricsUrl }) => [name, { url, metricsUrl }]);
  await writeFile(
    config,
    stringify({
      listen: address,
      targets: {
        lab: {
          url: facts.url,
          apiKey: facts.apiKey,
          apiSecret: { env: 'SECRET' },
          redis: { env: 'REDIS_URL' },
          nodes: Object.fromEntries(nodes),
        },
      },
      probes: {
        modules: { audio_pair: { duration: '1s' } },
        schedule: [{ target: 'lab', module: 'audio_pair', interval: probeInterval, perNode: true }],
      },
      lifecycle: { interval: '1s' },
    }),
    { mode: 0o600 },
  );
  return {
    spec: {
      name: 'exporter',
      command: process.execPath,
      args: [SWARM, 'exporter', '--config', config],
      env: {
        ...plainEnvironment(),
        SECRET: facts.apiSecret,
        REDIS_URL: facts.redisUrl ?? '',
      },
      files: {},
      logFile: join(dir, 'exporter.log'),
      ready: { url: `http://${address}/-/ready` },
      readyWithinMs: 20_000,
      stopSteps: GRACEFUL_STOP,
      url: `http://${address}`,
    },
    scrape: { job: 'swarm-exporter', targets: [{ address }] },
  };
};
