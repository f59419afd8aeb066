import { randomBytes } from 'node:crypto';
import type { ServerPorts } from '@livekit-swarm/host';
import type { ProgramBinary } from '../provision/pinned-program.ts';
import { type LiveKitConfig, mergeConfig } from '../server/config.ts';
import type { ApiCredentials } from '../server/credentials.ts';
import { createClusterPorts } from './cluster-ports.ts';
import type { OptionalService } from './optional-services.ts';
import type { ServiceSpec } from './service.ts';
import { alertmanager } from './services/alertmanager.ts';
import { coturn, turnConfig } from './services/coturn.ts';
import { haproxy } from './services/haproxy.ts';
import { livekitNode, type NodeOptions } from './services/livekit-node.ts';
import { prometheus, type ScrapeJob } from './services/prometheus.ts';
import { nodeExporter, redisExporter } from './services/prometheus-exporters.ts';
import { redis } from './services/redis.ts';

export interface LayoutOptions {
  dir: string;
  nodes: number;
  companions: ReadonlySet<OptionalService>;
  binary: ProgramBinary;
  credentials: ApiCredentials;
  config: LiveKitConfig;
  persistentRedis: boolean;
  ruleFiles: readonly string[];
  jobs: readonly ScrapeJob[];
  intervalSeconds: number;
  alertWebhookUrl: string | null;
}

/** Addresses of a cluster's services. */
export interface ClusterFacts extends ApiCredentials {
  /** For clients, ws:// and http://: the load balancer if there is one, else the first node. */
  url: string;
  httpUrl: string;
  nodes: readonly ClusterNode[];
  /** With its password. */
  redisUrl: string | null;
  /** `/` is a page for browsers, `/metrics` for Prometheus. */
  balancerStatsUrl: string | null;
  prometheusUrl: string | null;
  alertmanagerUrl: string | null;
  /** `turn:127.0.0.1:3478`, which the nodes announce to their clients. */
  turnUrl: string | null;
}

export interface ClusterNode {
  /** Name of its service: `node-1`. */
  name: string;
  url: string;
  httpUrl: string;
  metricsUrl: string;
  ports: ServerPorts;
  /** Address of Redis that only this node uses, which identifies its connections; null without one. */
  redisHost: string | null;
}

export interface ClusterLayout {
  facts: ClusterFacts;
  /** Waves start one after the other, the services of a wave together. */
  waves: readonly ServiceSpec[][];
  /** Services that monitor the others, `more` included; they start last. */
  watchers(more: readonly ScrapeJob[]): Promise<ServiceSpec[]>;
}

/** Chooses every port and describes the services; starts nothing. @throws SwarmError `no_program`, `no_ports` */
export const layOutCluster = async (options: LayoutOptions): Promise<ClusterLayout> => {
  const { dir, companions, binary, credentials } = options;
  const ports = createClusterPorts();
  const portOf = async (companion: OptionalService): Promise<number | null> =>
    companions.has(companion) ? ports.tcp() : null;
  const redisPort = await portOf('redis');
  const redisPassword = randomBytes(24).toString('hex');
  const balancerPort = await portOf('haproxy');
  const statsPort = await portOf('haproxy');
  const prometheusPort = await portOf('prometheus');
  const alertmanagerPort = await portOf('alertmanager');
  const nodeExporterPort = await portOf('node-exporter');
  const redisExporterPort = await portOf('redis-exporter');
  const turnPort = await portOf('coturn');
  const config =
    turnPort === null ? options.config : mergeConfig(turnConfig(dir, turnPort), options.config);
  const nodes: ClusterNode[] = [];
  for (let number = 1; number <= options.nodes; number++) {
    nodes.push(
      nodeAt(
        `node-${number}`,
        await ports.node(),
        redisPort === null ? null : redisHostOf(number, config),
      ),
    );
  }
  const redisOf = (host: string | null): NodeOptions['redis'] =>
    redisPort === null
      ? null
      : { address: `${host ?? '127.0.0.1'}:${redisPort}`, password: redisPassword };

  const waves: ServiceSpec[][] = [];
  const addresses = nodes.flatMap(({ redisHost }) => (redisHost === null ? [] : [redisHost]));
  if (redisPort !== null)
    waves.push([
      await redis({
        dir,
        port: redisPort,
        password: redisPassword,
        persistent: options.persistentRedis,
        addresses,
      }),
    ]);
  if (turnPort !== null)
    waves.push([await coturn({ dir, port: turnPort, secret: randomBytes(24).toString('hex') })]);
  waves.push(
    nodes.map(({ name, ports, redisHost }) => {
      const own = redisOf(redisHost);
      return livekitNode({ dir, name, binary, ports, credentials, redis: own, config });
    }),
  );
  if (balancerPort !== null && statsPort !== null) {
    const backends = nodes.map(({ name, ports: own }) => ({ name, port: own.http }));
    waves.push([await haproxy({ dir, port: balancerPort, statsPort, backends })]);
  }
  if (nodeExporterPort !== null) waves.push([await nodeExporter({ dir, port: nodeExporterPort })]);
  if (redisExporterPort !== null && redisPort !== null) {
    waves.push([await redisExporter({ dir, port: redisExporterPort, redisPort, redisPassword })]);
  }

  const own: [string, number | null][] = [
    ['haproxy', statsPort],
    ['node', nodeExporterPort],
    ['redis', redisPort === null ? null : redisExporterPort],
    ['alertmanager', alertmanagerPort],
    ['prometheus', prometheusPort],
  ];
  const jobs: ScrapeJob[] = [
    {
      job: 'livekit',
      targets: nodes.map(({ name, ports: { metrics } }) => ({
        address: at(metrics),
        labels: { node: name },
      })),
    },
    ...own.flatMap(([job, port]) =>
      port === null ? [] : [{ job, targets: [{ address: at(port) }] }],
    ),
    ...options.jobs,
  ];
  const entrance = balancerPort ?? nodes[0]?.ports.http ?? 0;
  return {
    facts: {
      ...credentials,
      url: `ws://${at(entrance)}`,
      httpUrl: `http://${at(entrance)}`,
      nodes,
      redisUrl: redisPort === null ? null : `redis://:${redisPassword}@${at(redisPort)}`,
      balancerStatsUrl: urlOf(statsPort),
      prometheusUrl: urlOf(prometheusPort),
      alertmanagerUrl: urlOf(alertmanagerPort),
      turnUrl: turnPort === null ? null : `turn:${at(turnPort)}`,
    },
    waves,
    watchers: async (more) => {
      const { ruleFiles, intervalSeconds, alertWebhookUrl: webhookUrl } = options;
      const watchers: ServiceSpec[] = [];
      if (alertmanagerPort !== null)
        watchers.push(await alertmanager({ dir, port: alertmanagerPort, webhookUrl }));
      if (prometheusPort !== null) {
        const all = [...jobs, ...more];
        watchers.push(
          await prometheus({
            dir,
            port: prometheusPort,
            jobs: all,
            ruleFiles,
            alertmanagerPort,
            intervalSeconds,
          }),
        );
      }
      return watchers;
    },
  };
};

const at = (port: number): string => `127.0.0.1:${port}`;

const urlOf = (port: number | null): string | null => (port === null ? null : `http://${at(port)}`);

/** Redis binds to at most 16 addresses. */
const REDIS_HOSTS = 15;

/** Linux has all of 127.0.0.0/8 at its loopback; others, 127.0.0.1 alone. A node whose own configuration names a Redis uses that one. */
const redisHostOf = (number: number, config: LiveKitConfig): string | null =>
  process.platform === 'linux' && number <= REDIS_HOSTS && config.redis === undefined
    ? `127.0.1.${number}`
    : null;

const nodeAt = (name: string, ports: ServerPorts, redisHost: string | null): ClusterNode => ({
  name,
  url: `ws://${at(ports.http)}`,
  httpUrl: `http://${at(ports.http)}`,
  metricsUrl: `http://${at(ports.metrics)}/metrics`,
  ports,
  redisHost,
});
