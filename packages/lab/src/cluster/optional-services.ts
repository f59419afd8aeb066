/** What a cluster can be run with, beside its livekit-servers. */
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
