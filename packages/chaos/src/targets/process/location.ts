import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ClusterFacts } from '@livekit-swarm/lab';
import { z } from 'zod';
import { componentSchema, type PlatformReference } from '../platform.ts';

export const componentSource = componentSchema
  .omit({ nodeId: true, instance: true })
  /** Where a node reports its ID; null for others. */
  .extend({ metricsUrl: z.string().nullable() });

/** A component of a deployment of processes, whether it runs or not. */
export type ComponentSource = z.infer<typeof componentSource>;

/** Where processes are and what starts them: the difference between `process` platforms. */
export interface Location {
  readonly label: string;
  /** In its current state. */
  reference(): PlatformReference;
  components(): Promise<ComponentSource[]>;
  /** Absent: REDISCLI_AUTH has it, if there is one. */
  readonly redisPassword?: string;
  /** Null while it does not run. */
  identity(name: string): Promise<ProcessIdentity | null>;
  /** For components with several processes; absent: the signal is sent to its one process. */
  signal?(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready; does nothing when it runs. */
  start(name: string): Promise<void>;
  /** Drills of other users may inject into it, too. */
  readonly isShared?: true;
  /** Null when components can be started; else why not. */
  whyNotStartable(): string | null;
}

/** The password of a lab's Redis. */
export const labRedisPassword = ({
  redisUrl,
}: Pick<ClusterFacts, 'redisUrl'>): Pick<Location, 'redisPassword'> => {
  const password = redisUrl === null ? '' : new URL(redisUrl).password;
  return password === '' ? {} : { redisPassword: password };
};

/** Names a lab in reports: `lab of 3 nodes`. */
export const labLabel = (nodes: number): string => `lab of ${nodes} node${nodes === 1 ? '' : 's'}`;

/** The components of a lab that faults can be injected into. */
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
    // Each node reaches it at another address.
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
