import { randomBytes } from 'node:crypto';
import { createService, type Service } from '../cluster/service.ts';
import type { ServiceSpec } from '../cluster/service-spec.ts';
import { livekitNode } from '../cluster/services/livekit-node.ts';
import { redis } from '../cluster/services/redis.ts';
import type { ProgramBinary } from '../provision/pinned-program.ts';
import type { LiveKitConfig } from '../server/config.ts';
import { mergeConfig } from '../server/config.ts';
import type { ApiCredentials } from '../server/credentials.ts';
import { openRegionNetwork, type RegionNetwork } from './region-network.ts';
import type { RegionLinks } from './region-rules.ts';

/** Node of a region. */
export interface RegionNodeSpec {
  /** IPv4 address, which it listens at and announces. */
  address: string;
  /** Setting `region` in the configuration of livekit-server. */
  region: string;
}

export interface RegionSpec {
  name: string;
  nodes: readonly RegionNodeSpec[];
  /** Address of the Redis in this region; null: there is none. */
  redis: string | null;
  /** Address of the Redis that its nodes use. */
  usesRedis: string;
}

export interface RegionsOptions extends RegionLinks {
  dir: string;
  regions: readonly RegionSpec[];
  credentials: ApiCredentials;
  binary: ProgramBinary;
  /** Section `node_selector` of every node. */
  nodeSelector: LiveKitConfig;
  impairProgram: string;
  onProgress(line: string): void;
  signal: AbortSignal;
}

export interface RegionNode extends RegionNodeSpec {
  /** Name of the service: `eu-1`. */
  name: string;
  /** Position of the region in which it stands. */
  site: number;
  url: string;
  httpUrl: string;
  metricsUrl: string;
}

export interface Regions extends AsyncDisposable {
  readonly network: RegionNetwork;
  readonly nodes: readonly RegionNode[];
}

/** Ports of all nodes: each has an address of its own. */
const HTTP_PORT = 7880;
const UDP_PORT = 7882;
const FIRST_METRICS_PORT = 6800;
const REDIS_PORT = 6379;

/**
 * Starts the servers of all regions in a network of their own. They end with this process.
 * @throws SwarmError `no_network`, `no_program`, `service_ended`, `not_ready`
 */
export const startRegions = async (options: RegionsOptions): Promise<Regions> => {
  const { dir, regions, credentials, binary, onProgress, signal } = options;
  const account = { username: null, password: randomBytes(24).toString('hex') };
  await using stack = new AsyncDisposableStack();
  const network = stack.use(
    await openRegionNetwork({
      ...options,
      servers: regions.map((region) => [
        ...region.nodes.map(({ address }) => address),
        ...(region.redis === null ? [] : [region.redis]),
      ]),
    }),
  );
  onProgress(`${regions.length} regions are connected`);
  const start = async (specs: readonly ServiceSpec[]): Promise<void> => {
    const services = specs.map((spec): Service => createService(spec));
    stack.defer(async () => void (await Promise.all(services.map((one) => one.stop()))));
    const started = await Promise.allSettled(services.map((service) => service.start()));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { name, url } of services) onProgress(`${name} is up: ${url}`);
    signal.throwIfAborted();
  };

  const stores = regions.flatMap(({ name, redis: address }, site) =>
    address === null ? [] : [{ name: `${name}-redis`, address, site }],
  );
  await start(
    await Promise.all(
      stores.map(async ({ name, address, site }) => ({
        ...(await redis({
          ...{ dir, name, port: REDIS_PORT, account, persistent: false, valkey: false },
          ...{ addresses: [address], certificate: null, replication: null },
        })),
        ready: { host: address, port: REDIS_PORT },
        network: network.servers[site] ?? '',
        url: `redis://${address}:${REDIS_PORT}`,
      })),
    ),
  );

  const nodes = regions.flatMap((region, site) =>
    region.nodes.map((node, index): RegionNode & { usesRedis: string; metricsPort: number } => {
      const metricsPort = FIRST_METRICS_PORT + index;
      return {
        ...node,
        ...{ name: `${region.name}-${index + 1}`, site, usesRedis: region.usesRedis, metricsPort },
        url: `ws://${node.address}:${HTTP_PORT}`,
        httpUrl: `http://${node.address}:${HTTP_PORT}`,
        metricsUrl: `http://${node.address}:${metricsPort}/metrics`,
      };
    }),
  );
  await start(
    nodes.map(({ name, address, region, site, usesRedis, metricsPort }) => ({
      ...livekitNode({
        ...{ dir, name, host: address, binary, keys: [credentials], webhookUrl: null, files: {} },
        ports: { http: HTTP_PORT, metrics: metricsPort, udpFirst: UDP_PORT, udpLast: UDP_PORT },
        redis: { address: `${usesRedis}:${REDIS_PORT}`, password: account.password },
        config: mergeConfig(
          { region, node_selector: options.nodeSelector },
          // Other nodes of the region share its interface.
          { rtc: { interfaces: { includes: ['eth0'] }, ips: { includes: [`${address}/32`] } } },
        ),
      }),
      network: network.servers[site] ?? '',
      // A distant Redis is asked several times before a node is ready.
      readyWithinMs: 30_000,
    })),
  );
  const ending = stack.move();
  return {
    network,
    nodes: nodes.map(({ usesRedis: _, metricsPort: __, ...node }) => node),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};
