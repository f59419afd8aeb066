import type { ClusterFacts } from '@livekit-swarm/lab';
import type { ComponentSource } from './component.ts';

/** The components of a lab that faults can be injected into. */
export const labComponents = (
  facts: Pick<ClusterFacts, 'nodes' | 'redisUrl' | 'httpUrl' | 'balancerStatsUrl'> &
    Partial<Pick<ClusterFacts, 'turnUrl'>>,
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
        tcp: [ports.http, ports.tcp],
      },
      ...(redisHost === null || redisHost === undefined || redisPort === null
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

/** Null without a URL. */
const portOf = (url: string | null | undefined): number | null => {
  const port = /:(\d+)\/?$/.exec(url ?? '')?.[1];
  return port === undefined ? null : Number(port);
};
