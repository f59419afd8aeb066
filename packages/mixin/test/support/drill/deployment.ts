/**
 * A typical deployment, monitored by the included rules: three nodes, Redis, load balancer, TURN
 * server, Prometheus, Alertmanager, exporters; an application that receives webhooks, and an
 * address with TLS.
 */
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
  requireProgram,
  startCluster,
} from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { stringify } from 'yaml';
import { EXAMPLE_CAPACITY } from '../../../src/capacity.ts';
import { renderRules } from '../../../src/render-rules.ts';
import { SHIPPED } from '../../../src/shipped.ts';
import { askPrometheus, type Sample } from '../prometheus.ts';
import { scaleRules } from '../scale-rules.ts';
import { type Application, startApplication } from './application.ts';
import { memoryLimitOfHost } from './host-memory.ts';
import { factorAt, type Pace } from './pace.ts';
import { startTlsEntrance, type TlsEntrance } from './tls-entrance.ts';
import { receiveWebhooks, type WebhookReceiver } from './webhook-receiver.ts';

const SWARM = fileURLToPath(new URL('../../../../cli/src/main.ts', import.meta.url));

export interface MonitoredDeployment extends AsyncDisposable {
  dir: string;
  cluster: Cluster;
  receiver: WebhookReceiver;
  rooms: RoomServiceClient;
  /** Application that receives the webhooks of the deployment. */
  application: Application;
  /** TLS address that blackbox_exporter checks. */
  entrance: TlsEntrance;
  exporterUrl: string;
  /** Limit of LiveKitMemoryHigh, share of the host's memory. */
  memoryLimit: number;
  /** Runs a query on Prometheus. */
  ask(query: string): Promise<Sample[]>;
}

/** Resolves when all programs are up and Prometheus has loaded the included rules at this pace. */
export const startDeployment = async (pace: Pace): Promise<MonitoredDeployment> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-alerts-'));
  // A process that a signal ends cannot await asynchronous clean-up.
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const receiver = await receiveWebhooks();
  const application = await startApplication();
  const entrance = await startTlsEntrance(join(dir, 'entrance'));
  const close = async (): Promise<void> => {
    await Promise.all([receiver.close(), application.close(), entrance.close()]);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const ruleFile = join(dir, 'rules.yaml');
    const memoryLimit = await memoryLimitOfHost();
    const { config } = SHIPPED;
    const names = {
      ...SHIPPED,
      config: { ...config, limits: { ...config.limits, memory: memoryLimit } },
    };
    await writeFile(ruleFile, scaleRules(renderRules(names, EXAMPLE_CAPACITY), factorAt(pace)));
    const credentials = generateCredentials();
    const { http: exporterPort } = await findFreePorts('127.0.0.1', 1);
    const cluster = await startCluster({
      dir,
      nodes: 3,
      credentials,
      with: ['haproxy', 'prometheus', 'alertmanager', 'node-exporter', 'redis-exporter', 'coturn'],
      ruleFiles: [ruleFile],
      intervalSeconds: pace.intervalSeconds,
      alertWebhookUrl: receiver.url,
      config: {
        webhook: {
          api_key: credentials.apiKey,
          urls: [`http://127.0.0.1:${exporterPort}/webhook/lab`, application.webhookUrl],
        },
      },
      extras: async (facts) => [
        await exporter(facts, dir, exporterPort, pace),
        await blackboxExporter(dir, entrance.address),
      ],
    });
    return {
      dir,
      cluster,
      receiver,
      application,
      entrance,
      exporterUrl: `http://127.0.0.1:${exporterPort}`,
      memoryLimit,
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

/**
 * Starts `swarm exporter` in its own process, so that it can be killed: probes through the load
 * balancer, of each node and by TURN; lifecycle with Redis; reports of browsers.
 */
const exporter = async (
  facts: ClusterFacts,
  dir: string,
  port: number,
  { probeInterval, turnProbeInterval }: Pace,
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
        modules: {
          audio_pair: { duration: '1s' },
          by_turn: { kind: 'audio_pair', duration: '1s', path: 'turn-udp' },
        },
        schedule: [
          { target: 'lab', module: 'audio_pair', interval: probeInterval, perNode: true },
          { target: 'lab', module: 'by_turn', interval: turnProbeInterval },
        ],
      },
      lifecycle: { interval: '1s' },
      clients: { enabled: true },
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

/** Starts blackbox_exporter, which performs a handshake with the TLS address at every scrape. */
const blackboxExporter = async (dir: string, target: string): Promise<Extra> => {
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const address = `127.0.0.1:${port}`;
  const config = join(dir, 'blackbox.yaml');
  return {
    spec: {
      name: 'blackbox-exporter',
      command: await requireProgram(
        ['blackbox_exporter', 'prometheus-blackbox-exporter'],
        'prometheus-blackbox-exporter',
      ),
      args: [`--config.file=${config}`, `--web.listen-address=${address}`, '--log.level=warn'],
      env: plainEnvironment(),
      files: {
        [config]: stringify({
          // The authority of the certificate is known only in this lab.
          modules: {
            tls: { prober: 'tcp', tcp: { tls: true, tls_config: { insecure_skip_verify: true } } },
          },
        }),
      },
      logFile: join(dir, 'blackbox.log'),
      ready: { url: `http://${address}/` },
      readyWithinMs: 10_000,
      stopSteps: GRACEFUL_STOP,
      url: `http://${address}`,
    },
    scrape: {
      job: SHIPPED.config.jobs.blackbox,
      path: '/probe',
      targets: [
        { address, labels: { __param_target: target, __param_module: 'tls', instance: target } },
      ],
    },
  };
};
