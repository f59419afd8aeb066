import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ProcessEnd } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { type ProvisionOptions, provideIngress, provisionLiveKit } from '../provision/provision.ts';
import type { LiveKitConfig } from '../server/config.ts';
import { type ApiCredentials, generateCredentials } from '../server/credentials.ts';
import { isPortTaken, PORT_ATTEMPTS } from '../server/port-taken.ts';
import type { BalancerCertificate } from './balancer-certificate.ts';
import { changeableBalancer } from './balancer-settings.ts';
import { checkNodeRedis } from './check-node-redis.ts';
import {
  type ClusterFacts,
  type ClusterLayout,
  type LayoutOptions,
  layOutCluster,
} from './cluster-layout.ts';
import { createNodeKeys, type NodeKeys } from './node-keys.ts';
import { createNodePrograms, type NodePrograms } from './node-programs.ts';
import type { OptionalOffer, OptionalService } from './optional-services.ts';
import type { RedisSetup } from './redis-setup.ts';
import { createService, endOfLog, type Service } from './service.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { ScrapeJob } from './services/prometheus.ts';

export interface ClusterOptions extends ProvisionOptions {
  /** Folder for configurations, logs and data of this cluster alone; created if missing. */
  dir: string;
  /** Number of livekit-servers. */
  nodes: number;
  /**
   * Number of further livekit-servers that are not started with the others; `service(NAME).start()`
   * adds one. Default: none.
   */
  spare?: number;
  /** Additional services. Redis is included if there is more than one node, its exporter or ingress. */
  with?: readonly OptionalService[];
  /**
   * Offers to clients in addition to UDP and ws://. `tls` includes the load balancer, which
   * terminates it.
   */
  offers?: readonly OptionalOffer[];
  /** Overrides of every node's configuration. */
  config?: LiveKitConfig;
  /** Form of Redis. Default: a single server that loses its data when it is killed. */
  redis?: Partial<RedisSetup>;
  /** Further overrides, which a node loses when it gets another program (see `NodePrograms`). */
  nodeConfig?: LiveKitConfig;
  /** API key pair. Default: a new one. */
  credentials?: ApiCredentials;
  /** Second API key pair, for a rotation. Default: a new one. */
  nextCredentials?: ApiCredentials;
  /** Overrides of the configuration of ingress. */
  ingressConfig?: LiveKitConfig;
  /** URL to which the nodes send webhooks, signed with their first key. Absent: they send none. */
  webhookUrl?: string;
  /** Files with rules for Prometheus; globs are allowed. */
  ruleFiles?: readonly string[];
  /** Additional scrape jobs for Prometheus. */
  jobs?: readonly ScrapeJob[];
  /** Interval of scrapes and of rule evaluations, s. Default 2. */
  intervalSeconds?: number;
  /** URL to which Alertmanager sends alerts. Absent: alerts are only shown. */
  alertWebhookUrl?: string;
  /** Makes further programs of the caller, which start once the nodes are ready. */
  extras?: (facts: ClusterFacts) => Promise<readonly Extra[]>;
  /**
   * Addresses of loopback besides 127.0.0.1 at which the load balancer listens: packets of a client
   * that uses one of them can be selected. Default: none.
   */
  balancerAddresses?: readonly string[];
  /** Called for every program that ended without request. */
  onEnd?: (service: string, end: ProcessEnd) => void;
  /** Called for every program before it is started. */
  onService?: (spec: ServiceSpec) => void;
}

export interface Extra {
  spec: ServiceSpec;
  scrape?: ScrapeJob;
  /** Variables that clients of the program need; they are added to the file with the lab's keys. */
  keys?: Readonly<Record<string, string>>;
}

/** Running programs of a deployment. They end with this process at the latest. */
export interface Cluster extends ClusterFacts, AsyncDisposable {
  /** Services in the order in which they were started. */
  readonly services: readonly Service[];
  /**
   * Finds a service by its name.
   * @throws SwarmError `no_service`
   */
  service(name: string): Service;
  /** Programs of its nodes. */
  readonly programs: NodePrograms;
  /** API keys of its nodes. */
  readonly keys: NodeKeys;
  /** Certificate of the load balancer; null: it does not terminate TLS. */
  readonly certificate: ChangeableCertificate | null;
  /** Nodes to which its load balancer sends connections; null: it has no load balancer. */
  readonly backends: ChangeableBackends | null;
  /** Stops all services within seconds, in reverse order. May be called again. */
  stop(): Promise<void>;
}

/** Certificate of a lab's load balancer. */
export interface ChangeableCertificate {
  readonly present: BalancerCertificate;
  /**
   * Gives the load balancer another certificate, and reloads it: connections stay.
   * @throws SwarmError `reload_failed`
   */
  use(certificate: BalancerCertificate): Promise<void>;
}

/** Nodes behind a lab's load balancer. */
export interface ChangeableBackends {
  /** Nodes that get no new connections. */
  readonly leftOut: ReadonlySet<string>;
  /**
   * Lets the load balancer send new connections to a node (`use`), or not. Connections stay.
   * @throws SwarmError `reload_failed`
   */
  use(node: string, use: boolean): Promise<void>;
}

const NEED_REDIS: ReadonlySet<OptionalService> = new Set(['redis-exporter', 'ingress']);

/** Additional services for this number of nodes, with Redis if one of them needs it. */
export const withRedis = (
  nodes: number,
  companions: readonly OptionalService[],
): ReadonlySet<OptionalService> =>
  new Set([
    ...companions,
    ...(nodes > 1 || companions.some((one) => NEED_REDIS.has(one)) ? (['redis'] as const) : []),
  ]);

/** Largest number of nodes: a higher number for one host is a typing error. */
export const MAX_NODES = 20;

/**
 * Starts livekit-servers and additional services on loopback, and waits until each is ready.
 *
 * Throws a SwarmError: errors of `provisionLiveKit` and `provideIngress`; `bad_cluster`; `bad_config`; `no_program` if a service is
 * not installed; `service_ended` or `not_ready` if a service does not start. Nothing is left
 * running then.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const { nodes } = options;
  // An absolute path, because some programs change their working directory.
  const dir = resolve(options.dir);
  const spare = options.spare ?? 0;
  if (!Number.isInteger(nodes) || nodes < 1 || nodes + spare > MAX_NODES) {
    throw new SwarmError(
      'bad_cluster',
      `a cluster has 1 to ${MAX_NODES} nodes, not ${nodes + spare}`,
      'give the number with --nodes',
    );
  }
  await checkNodeRedis(options.config ?? {});
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const offers = new Set(options.offers);
  const companions = withRedis(nodes + spare, [
    ...(options.with ?? []),
    ...(offers.has('tls') ? ['haproxy' as const] : []),
  ]);
  const layout: LayoutOptions = {
    dir,
    nodes,
    spare,
    companions,
    offers,
    binary: await provisionLiveKit(options),
    ingress: companions.has('ingress')
      ? { binary: await provideIngress(options), config: options.ingressConfig ?? {} }
      : null,
    credentials: options.credentials ?? generateCredentials(),
    config: options.config ?? {},
    redis: options.redis ?? {},
    nodeConfig: options.nodeConfig ?? {},
    ruleFiles: options.ruleFiles ?? [],
    jobs: options.jobs ?? [],
    intervalSeconds: options.intervalSeconds ?? 2,
    alertWebhookUrl: options.alertWebhookUrl ?? null,
    webhookUrl: options.webhookUrl ?? null,
    balancerAddresses: options.balancerAddresses ?? [],
  };
  for (let attempt = 1; ; attempt++) {
    const endedLogs: string[] = [];
    try {
      return await startOnFreePorts(await layOutCluster(layout), options, (logFile) =>
        endedLogs.push(logFile),
      );
    } catch (error) {
      const words = await Promise.all(endedLogs.map(endOfLog));
      if (!words.some(isPortTaken) || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
};

/**
 * Starts all services on the chosen ports.
 * @param onEndedLog called with the log of a program that ended without request. Another program
 * may have answered at its port, so that it counted as ready.
 */
const startOnFreePorts = async (
  layout: ClusterLayout,
  options: ClusterOptions,
  onEndedLog: (logFile: string) => void,
): Promise<Cluster> => {
  const { onEnd, onService, onProgress = () => {}, signal } = options;
  const waves: Service[][] = [];
  const start = async (specs: readonly ServiceSpec[]): Promise<void> => {
    for (const spec of specs) onService?.(spec);
    const wave = specs.map((spec) =>
      createService(spec, (end, asked) => {
        if (asked) return;
        onEndedLog(spec.logFile);
        onEnd?.(spec.name, end);
      }),
    );
    waves.push(wave);
    const started = wave.filter(({ name }) => !layout.spares.has(name));
    const results = await Promise.allSettled(started.map((service) => service.start()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { name, url } of started) onProgress(`${name} is up: ${url}`);
    signal?.throwIfAborted();
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      for (const wave of waves.toReversed())
        await Promise.all(wave.map((service) => service.stop()));
    })();
    return stopping;
  };

  try {
    for (const wave of layout.waves) await start(wave);
    const extras = (await options.extras?.(layout.facts)) ?? [];
    await start(extras.map(({ spec }) => spec));
    const scraped = extras.flatMap(({ scrape }) => (scrape === undefined ? [] : [scrape]));
    for (const watcher of await layout.watchers(scraped)) await start([watcher]);
  } catch (error) {
    await stop();
    throw error;
  }
  const services = waves.flat();
  const service = (name: string): Service => {
    const found = services.find((one) => one.name === name);
    if (found !== undefined) return found;
    const known = services.map((one) => one.name).join(', ');
    throw new SwarmError(
      'no_service',
      `this lab has no service ${name}`,
      `its services are ${known}`,
    );
  };
  const programs = createNodePrograms(layout.program, (node, program) =>
    service(node).describe(layout.nodeSpec(node, program, keys.pairsOf(node))),
  );
  const keys = createNodeKeys(
    { first: layout.facts, second: options.nextCredentials ?? generateCredentials() },
    (node, pairs) => service(node).describe(layout.nodeSpec(node, programs.of(node), pairs)),
  );
  return {
    ...layout.facts,
    services,
    service,
    programs,
    keys,
    ...balancerOf(layout, service),
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

const balancerOf = (
  { balancerSpec, hasCertificate }: Pick<ClusterLayout, 'balancerSpec' | 'hasCertificate'>,
  service: Cluster['service'],
): Pick<Cluster, 'certificate' | 'backends'> => {
  if (balancerSpec === null) return { certificate: null, backends: null };
  const balancer = changeableBalancer(balancerSpec, service('haproxy'));
  return {
    certificate: hasCertificate
      ? {
          get present() {
            return balancer.present.certificate;
          },
          use: (certificate) => balancer.use((present) => ({ ...present, certificate })),
        }
      : null,
    backends: {
      get leftOut() {
        return balancer.present.leftOut;
      },
      use: (node, use) =>
        balancer.use((present) => {
          if (present.leftOut.has(node) !== use) return present;
          const leftOut = new Set(present.leftOut);
          if (use) leftOut.delete(node);
          else leftOut.add(node);
          return { ...present, leftOut };
        }),
    },
  };
};
