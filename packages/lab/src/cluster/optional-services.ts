/** Services that a cluster can have in addition to its nodes. */
export const OPTIONAL_SERVICES = [
  'redis',
  'haproxy',
  'prometheus',
  'alertmanager',
  'node-exporter',
  'redis-exporter',
  'coturn',
] as const;

export type OptionalService = (typeof OPTIONAL_SERVICES)[number];
