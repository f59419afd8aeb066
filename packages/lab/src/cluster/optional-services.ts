/** Services that a cluster can have in addition to its nodes. */
export const OPTIONAL_SERVICES = [
  'redis',
  'haproxy',
  'prometheus',
  'alertmanager',
  'node-exporter',
  'redis-exporter',
  'coturn',
  'ingress',
] as const;

export type OptionalService = (typeof OPTIONAL_SERVICES)[number];

/**
 * Offers of nodes and load balancer to clients: ICE over TCP, the nodes' own TURN server, wss://
 * with a certificate of the lab's CA.
 */
export const OPTIONAL_OFFERS = ['ice-tcp', 'turn', 'tls'] as const;

export type OptionalOffer = (typeof OPTIONAL_OFFERS)[number];
