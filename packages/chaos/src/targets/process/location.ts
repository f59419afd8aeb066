import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ClusterFacts } from '@livekit-swarm/lab';
import { z } from 'zod';
import { componentSchema, type NodeRollout, type PlatformReference } from '../platform.ts';

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
  /** Password of Redis. Absent: the value of REDISCLI_AUTH, if any. */
  readonly redisPassword?: string;
  /** Process of a component; null while it does not run. */
  identity(name: string): Promise<ProcessIdentity | null>;
  /**
   * Sends a signal to a component with several processes. Absent: the signal is sent to its only
   * process.
   */
  signal?(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Starts a component; resolves when it is ready. No effect while it runs. */
  start(name: string): Promise<void>;
  /** True when drills of other users may inject into it. */
  readonly isShared?: true;
  /** Changes of what its nodes run. Absent: not possible. */
  readonly rollout?: NodeRollout;
  /** Reason for which components cannot be started; null: they can. */
  whyNotStartable(): string | null;
}

/** Password of a lab's Redis. */
export const labRedisPassword = ({
  redisUrl,
}: Pick<ClusterFacts, 'redisUrl'>): Pick<Location, 'redisPassword'> => {
  const password = redisUrl === null ? '' : new URL(redisUrl).password;
  return password === '' ? {} : { redisPassword: password };
};

/** Name of a lab in reports: `lab of 3 nodes`. */
export const labLabel = (nodes: number): string => `lab of ${nodes} node${nodes === 1 ? '' : 's'}`;

/** Components of a lab into which faults can be injected. */
export const labComponents = (
  facts: Pick<ClusterFacts, 'nodes' | 'redisUrl' | 'httpUrl' | 'balancerStatsUrl' | 'turnUrl'>,
): ComponentSource[] => {
  const redisPort = portOf(facts.redisUrl);
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
    ...alone('redis', 'redis', '127.0.0.0/8', redisPort),
    ...alone(
      'haproxy',
      'load-balancer',
      '127.0.0.1',
      facts.balancerStatsUrl === null ? null : portOf(facts.httpUrl),
    ),
    ...alone('coturn', 'turn', '127.0.0.1', portOf(facts.turnUrl)),
  ];
};

const portOf = (url: string | null): number | null => {
  const port = /:(\d+)\/?$/.exec(url ?? '')?.[1];
  return port === undefined ? null : Number(port);
};
