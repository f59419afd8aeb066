/** What a cluster can be run with, beside its livekit-servers. */
export const COMPANIONS = [
  'redis',
  'haproxy',
  'prometheus',
  'alertmanager',
  'node-exporter',
  'redis-exporter',
  'coturn',
] as const;

export type Companion = (typeof COMPANIONS)[number];
