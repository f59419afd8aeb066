import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ServerPorts } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { createAuthority } from '../authority.ts';
import type { ProgramBinary } from '../provision/pinned-program.ts';
import { type LiveKitConfig, mergeConfig } from '../server/config.ts';
import type { ApiCredentials } from '../server/credentials.ts';
import { type NodePaths, pathConfig } from '../server/offered-paths.ts';
import { createBalancerCertificates } from './balancer-certificate.ts';
import { type DescribeBalancer, FIRST_SETTINGS } from './balancer-settings.ts';
import { createClusterPorts } from './cluster-ports.ts';
import type { KeyPairs } from './node-keys.ts';
import type { NodeProgram } from './node-programs.ts';
import type { OptionalOffer, OptionalService } from './optional-services.ts';
import { layOutRedis, type RedisServer } from './redis-layout.ts';
import { PLAIN_REDIS, type RedisSetup } from './redis-setup.ts';
import type { ServiceSpec } from './service-spec.ts';
import { alertmanager } from './services/alertmanager.ts';
import { coturn, TURN_SECRET_FILE, turnConfig } from './services/coturn.ts';
import { haproxy } from './services/haproxy.ts';
import { ingress, ingressAddresses, ingressPorts } from './services/ingress.ts';
import { livekitNode, logFileOf } from './services/livekit-node.ts';
import { prometheus, type ScrapeJob } from './services/prometheus.ts';
import { nodeExporter, redisExporter } from './services/prometheus-exporters.ts';

export interface LayoutOptions {
  dir: string;
  nodes: number;
  /** Further nodes, which are described and not started. */
  spare: number;
  companions: ReadonlySet<OptionalService>;
  offers: ReadonlySet<OptionalOffer>;
  binary: ProgramBinary;
  credentials: ApiCredentials;
  config: LiveKitConfig;
  redis: Partial<RedisSetup>;
  /** Settings that a node loses when it gets another program. */
  nodeConfig: LiveKitConfig;
  ruleFiles: readonly string[];
  jobs: readonly ScrapeJob[];
  intervalSeconds: number;
  alertWebhookUrl: string | null;
  /** Further addresses of the load balancer. */
  balancerAddresses: readonly string[];
  /** URL that gets the webhooks of the nodes; null: none does. */
  webhookUrl: string | null;
  /** Program of ingress, and overrides of its configuration; null: there is none. */
  ingress: { binary: ProgramBinary; config: LiveKitConfig } | null;
}

/** Addresses of a cluster's services. */
export interface ClusterFacts extends ApiCredentials {
  /** URL for clients, ws:// and http://: that of the load balancer, else of the first node. */
  url: string;
  httpUrl: string;
  nodes: readonly ClusterNode[];
  /**
   * URL of Redis with its password: `redis://…`, `rediss://…`, `redis+sentinel://…`; null without
   * Redis.
   */
  redisUrl: string | null;
  /** Servers of Redis with data, the first primary first; empty without Redis. */
  redisServers: readonly RedisServer[];
  /** Sentinels, which promote another of these servers; empty: none. */
  sentinels: readonly RedisServer[];
  /**
   * URL of the load balancer's statistics: `/` is a page for browsers, `/metrics` is for
   * Prometheus. Null without one.
   */
  balancerStatsUrl: string | null;
  prometheusUrl: string | null;
  alertmanagerUrl: string | null;
  /** URL of the metrics of ingress, for Prometheus; null without one. */
  ingressMetricsUrl: string | null;
  /** TURN URL that the nodes announce to their clients, `turn:127.0.0.1:3478`; null: none. */
  turnUrl: string | null;
  /**
   * Certificate of the lab's CA, PEM, which clients need for wss:// and TURN over TLS; null: none
   * is used.
   */
  authorityFile: string | null;
}

export interface ClusterNode {
  /** Name of the node's service: `node-1`. */
  name: string;
  url: string;
  httpUrl: string;
  metricsUrl: string;
  /** File of this host to which it logs. */
  logFile: string;
  ports: ServerPorts;
  paths: NodePaths;
  /**
   * Address of Redis that only this node uses, so that its connections can be identified; null
   * without Redis.
   */
  redisHost: string | null;
}

export interface ClusterLayout {
  facts: ClusterFacts;
  /** Program with which the nodes start. */
  program: NodeProgram;
  /** Services in waves: those of a wave start together, after the wave before. */
  waves: readonly ServiceSpec[][];
  /**
   * Describes the service of a node with another program, at the same ports.
   * @throws SwarmError `no_service`
   */
  nodeSpec(name: string, program: NodeProgram, keys: KeyPairs): ServiceSpec;
  /** Names of services that do not start with the others. */
  spares: ReadonlySet<string>;
  /** Describes the load balancer with other settings; null: there is none. */
  balancerSpec: DescribeBalancer | null;
  /** True when the load balancer terminates TLS. */
  hasCertificate: boolean;
  /** Describes the services that monitor the others and the jobs in `more`. They start last. */
  watchers(more: readonly ScrapeJob[]): Promise<ServiceSpec[]>;
}

/**
 * Chooses all ports and describes the services; starts nothing.
 * @throws SwarmError `no_program`, `no_ports`
 */
export const layOutCluster = async (options: LayoutOptions): Promise<ClusterLayout> => {
  const { dir, companions, offers, binary, credentials } = options;
  const ports = createClusterPorts();
  const portOf = async (companion: OptionalService): Promise<number | null> =>
    companions.has(companion) ? ports.tcp() : null;
  const setup = { ...PLAIN_REDIS, ...options.redis };
  const balancerPort = await portOf('haproxy');
  const statsPort = await portOf('haproxy');
  const prometheusPort = await portOf('prometheus');
  const alertmanagerPort = await portOf('alertmanager');
  const nodeExporterPort = await portOf('node-exporter');
  const redisExporterPort = await portOf('redis-exporter');
  const coturnPorts = companions.has('coturn')
    ? { plain: await ports.tcp(), tls: await ports.tcp() }
    : null;
  const portsOfIngress = options.ingress === null ? null : await ingressPorts(ports);
  const turnSecret = randomBytes(24).toString('hex');
  const withRedis = companions.has('redis');
  const redisTls = withRedis && setup.tls;
  const authority =
    coturnPorts !== null || offers.has('tls') || redisTls
      ? await createAuthority(join(dir, 'ca'))
      : null;
  const certificate =
    authority === null || coturnPorts === null
      ? null
      : await authority.sign({ ...LOOPBACK, name: 'lab' });
  const nodes: ClusterNode[] = [];
  for (let number = 1; number <= options.nodes + options.spare; number++) {
    nodes.push(
      nodeAt(
        dir,
        `node-${number}`,
        await ports.node(),
        {
          iceTcpPort: offers.has('ice-tcp') ? await ports.tcp() : null,
          turnPort: offers.has('turn') ? await ports.udp() : null,
        },
        // Sentinels tell all nodes the same address.
        !withRedis || setup.sentinel ? null : redisHostOf(number, options.config),
      ),
    );
  }

  const redis = withRedis
    ? await layOutRedis({
        dir,
        setup,
        ports,
        addresses: nodes.flatMap(({ redisHost }) => (redisHost === null ? [] : [redisHost])),
        authority: redisTls ? authority : null,
      })
    : null;
  const waves: ServiceSpec[][] = [...(redis?.waves ?? [])];
  if (coturnPorts !== null && certificate !== null)
    waves.push([await coturn({ dir, ports: coturnPorts, certificate, secret: turnSecret })]);
  const describeNode = (
    { name, ports: own, paths, redisHost }: ClusterNode,
    { binary: started, config }: NodeProgram,
    keys: KeyPairs = [credentials],
  ): ServiceSpec => {
    const { version } = started;
    const turn =
      coturnPorts === null ? {} : turnConfig(coturnPorts, turnSecret, TURN_SECRET_FILE, version);
    return livekitNode({
      dir,
      name,
      binary: started,
      ports: own,
      keys,
      webhookUrl: options.webhookUrl,
      redis: redis?.nodeConfig(redisHost) ?? null,
      config: [
        turn,
        portsOfIngress === null ? {} : ingressAddresses(portsOfIngress),
        options.config,
        config,
      ].reduce(mergeConfig, pathConfig(paths, '127.0.0.1', version)),
      files: {
        ...(coturnPorts === null ? {} : { [TURN_SECRET_FILE]: turnSecret }),
        ...redis?.nodeFiles,
      },
    });
  };
  const program: NodeProgram = { binary, config: options.nodeConfig };
  waves.push(nodes.map((node) => describeNode(node, program)));
  let balancerSpec: ClusterLayout['balancerSpec'] = null;
  if (balancerPort !== null && statsPort !== null) {
    const backends = nodes.map(({ name, ports: own }) => ({ name, port: own.http }));
    const certificateOf =
      authority === null || !offers.has('tls') ? null : createBalancerCertificates(authority, dir);
    balancerSpec = async ({ certificate: kind, leftOut }) =>
      haproxy({
        ...{ dir, port: balancerPort, addresses: options.balancerAddresses, statsPort },
        backends: backends.map((one) => ({ ...one, isLeftOut: leftOut.has(one.name) })),
        ...(certificateOf !== null && { certificate: await certificateOf(kind) }),
      });
    waves.push([await balancerSpec(FIRST_SETTINGS)]);
  }
  if (nodeExporterPort !== null) waves.push([await nodeExporter({ dir, port: nodeExporterPort })]);
  if (redisExporterPort !== null && redis !== null)
    waves.push([await redisExporter({ dir, port: redisExporterPort, redis })]);

  const own: [string, number | null][] = [
    ['haproxy', statsPort],
    ['node', nodeExporterPort],
    ['redis', redis === null ? null : redisExporterPort],
    ['alertmanager', alertmanagerPort],
    ['ingress', portsOfIngress?.metrics ?? null],
    ['prometheus', prometheusPort],
  ];
  const jobs: ScrapeJob[] = [
    {
      job: 'livekit',
      // A spare node would count as down.
      targets: nodes.slice(0, options.nodes).map(({ name, ports: { metrics } }) => ({
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
  const secure = balancerPort !== null && offers.has('tls') ? 's' : '';
  if (options.ingress !== null && portsOfIngress !== null && redis !== null)
    waves.push([
      ingress({
        ...options.ingress,
        ...{ dir, credentials, ports: portsOfIngress },
        // It does not trust the CA of the lab.
        url: `ws://${at(secure === '' ? entrance : (nodes[0]?.ports.http ?? 0))}`,
        redis: redis.nodeConfig(null),
        files: redis.nodeFiles,
      }),
    ]);
  return {
    facts: {
      ...credentials,
      url: `ws${secure}://${at(entrance)}`,
      httpUrl: `http${secure}://${at(entrance)}`,
      nodes,
      redisUrl: redis?.url ?? null,
      redisServers: redis?.servers ?? [],
      sentinels: redis?.sentinels ?? [],
      balancerStatsUrl: urlOf(statsPort),
      prometheusUrl: urlOf(prometheusPort),
      alertmanagerUrl: urlOf(alertmanagerPort),
      ingressMetricsUrl:
        portsOfIngress === null ? null : `http://${at(portsOfIngress.metrics)}/metrics`,
      turnUrl: coturnPorts === null ? null : `turn:${at(coturnPorts.plain)}`,
      authorityFile: authority?.certificate.cert ?? null,
    },
    program,
    waves,
    nodeSpec: (name, next, keys) => {
      const node = nodes.find((one) => one.name === name);
      if (node !== undefined) return describeNode(node, next, keys);
      throw new SwarmError(
        'no_service',
        `this lab has no node ${name}`,
        `its nodes are ${nodes.map((one) => one.name).join(', ')}`,
      );
    },
    spares: new Set(nodes.slice(options.nodes).map(({ name }) => name)),
    balancerSpec,
    hasCertificate: secure !== '',
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

/** Address of every program of a lab. */
const LOOPBACK = {
  subject: '/CN=127.0.0.1',
  usage: 'serverAuth',
  names: ['IP:127.0.0.1', 'DNS:localhost'],
} as const;

const at = (port: number): string => `127.0.0.1:${port}`;

const urlOf = (port: number | null): string | null => (port === null ? null : `http://${at(port)}`);

/** Largest number of node addresses that Redis binds to: its limit is 16 addresses in total. */
const REDIS_HOSTS = 15;

/**
 * Address of Redis for one node: Linux has all of 127.0.0.0/8 on loopback, other systems only
 * 127.0.0.1. A node whose own configuration names a Redis uses that one.
 */
const redisHostOf = (number: number, config: LiveKitConfig): string | null =>
  process.platform === 'linux' && number <= REDIS_HOSTS && config.redis === undefined
    ? `127.0.1.${number}`
    : null;

const nodeAt = (
  dir: string,
  name: string,
  ports: ServerPorts,
  paths: NodePaths,
  redisHost: string | null,
): ClusterNode => ({
  name,
  url: `ws://${at(ports.http)}`,
  httpUrl: `http://${at(ports.http)}`,
  metricsUrl: `http://${at(ports.metrics)}/metrics`,
  logFile: logFileOf(dir, name),
  ports,
  paths,
  redisHost,
});
