import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ClusterFacts } from '@livekit-swarm/lab';
import { z } from 'zod';
import type { BalancerControl } from '../balancer-control.ts';
import type { KeyControl } from '../key-control.ts';
import {
  componentSchema,
  type NodeRollout,
  type PlatformReference,
  type RedisLogin,
} from '../platform.ts';

export const componentSource = componentSchema
  .omit({ nodeId: true, instance: true })
  /** URL at which a node reports its ID; null for others. */
  .extend({ metricsUrl: z.string().nullable() });

/** Component of a deployment of processes, running or not. */
export type ComponentSource = z.infer<typeof componentSource>;

/**
 * Location of processes and the means to start them: the difference between `process` platforms.
 */
export interface Location {
  readonly label: string;
  /** Reference for the journal, in its current state. */
  reference(): PlatformReference;
  components(): Promise<ComponentSource[]>;
  /** Login at a server of Redis. Absent: the password in REDISCLI_AUTH, if any. */
  redisLogin?(component: { name: string }): RedisLogin | null;
  /** Process of a component; null while it does not run. */
  identity(name: string): Promise<ProcessIdentity | null>;
  /**
   * Sends a signal to a component with several processes. Absent: the signal is sent to its only
   * process.
   */
  signal?(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Program that does the same as `signal`; present together with it. */
  signalCommand?(name: string, signal: NodeJS.Signals): readonly string[];
  /** Starts a component; resolves when it is ready. No effect while it runs. */
  start(name: string): Promise<void>;
  /** Reason for which a terminated component does not stay down; null: it does. Absent: all do. */
  whyNotDown?(name: string): Promise<string | null>;
  /** Control of the load balancer. Absent: it can only be signalled. */
  readonly balancer?: BalancerControl;
  /** Change of the nodes' API keys. Absent: not possible. */
  readonly keys?: KeyControl;
  /** True when drills of other users may inject into it. */
  readonly isShared?: true;
  /** Changes of what its nodes run. Absent: not possible. */
  readonly rollout?: NodeRollout;
  /** Reason for which components cannot be started; null: they can. */
  whyNotStartable(): string | null;
}

/** Login at a lab's Redis. */
export const labRedisLogin = ({ redisUrl }: Pick<ClusterFacts, 'redisUrl'>): RedisLogin | null => {
  if (redisUrl === null) return null;
  const { protocol, username, password } = new URL(redisUrl);
  return {
    username: username === '' ? null : username,
    password,
    tls: protocol.startsWith('rediss'),
  };
};

/** Name of a lab in reports: `lab of 3 nodes`. */
export const labLabel = (nodes: number): string => `lab of ${nodes} node${nodes === 1 ? '' : 's'}`;

/** Name of a lab of several sites in reports. */
export const sitesLabel = (sites: number): string => `lab of ${sites} sites`;

/** Component of one of several sites: its name begins with that of the site. */
export const componentOfSite = (component: ComponentSource, site: string): ComponentSource => ({
  ...component,
  name: `${site}-${component.name}`,
  site,
});

/** Worker of agents of a lab. */
export interface AgentWorkerPlace {
  /** Name of its service: `agent-worker-1`. */
  name: string;
  /** Address at which only this worker reaches the load balancer, and the port of that. */
  address: string;
  port: number;
}

/** Places of the workers of a lab, each with an address of its own. @param port of the load balancer */
export const agentWorkerPlaces = (count: number, port: number): AgentWorkerPlace[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `agent-worker-${index + 1}`,
    address: `127.2.0.${index + 1}`,
    port,
  }));

/** Components of a lab into which faults can be injected. */
export const labComponents = (
  facts: Pick<
    ClusterFacts,
    'nodes' | 'redisServers' | 'sentinels' | 'httpUrl' | 'balancerStatsUrl' | 'turnUrl'
  >,
  agentWorkers: readonly AgentWorkerPlace[] = [],
): ComponentSource[] => {
  const redisPort = facts.redisServers[0]?.port ?? null;
  const nodes = facts.nodes.map(
    ({ name, metricsUrl, ports, redisHost }): ComponentSource => ({
      name,
      kind: 'node',
      metricsUrl,
      ports: {
        address: '127.0.0.1',
        udp: [ports.udpFirst, ports.udpLast],
        tcp: [ports.http],
      },
      ...(redisHost === null || redisPort === null
        ? {}
        : { redis: { address: redisHost, port: redisPort, cgroup: null } }),
    }),
  );
  const alone = (
    name: string,
    kind: ComponentSource['kind'],
    address: string,
    port: number | null,
  ): ComponentSource[] =>
    port === null
      ? []
      : [
          {
            name,
            kind,
            metricsUrl: null,
            ports: { address, udp: kind === 'turn' ? [port, port] : null, tcp: [port] },
          },
        ];
  return [
    ...nodes,
    // Each node reaches Redis at another address.
    ...facts.redisServers.flatMap(({ name, port }) => alone(name, 'redis', '127.0.0.0/8', port)),
    ...facts.sentinels.flatMap(({ name, port }) => alone(name, 'sentinel', '127.0.0.1', port)),
    ...alone(
      'haproxy',
      'load-balancer',
      '127.0.0.1',
      facts.balancerStatsUrl === null ? null : portOf(facts.httpUrl),
    ),
    ...alone('coturn', 'turn', '127.0.0.1', portOf(facts.turnUrl)),
    ...agentWorkers.flatMap(({ name, address, port }) =>
      alone(name, 'agent-worker', address, port),
    ),
  ];
};

const portOf = (url: string | null): number | null => {
  const port = /:(\d+)\/?$/.exec(url ?? '')?.[1];
  return port === undefined ? null : Number(port);
};
