/** Job names, limits and links that rules and dashboards use. After a change, run `npm run mixin`. */

/** Job names of the scrape configuration. */
export const JOBS = {
  livekit: 'livekit',
  haproxy: 'haproxy',
  node: 'node',
  redis: 'redis',
  exporter: 'swarm-exporter',
} as const;

/** The HAProxy backend that contains the LiveKit nodes. */
export const LOAD_BALANCER_BACKEND = 'livekit';

/** Selector of this backend in HAProxy metrics. */
export const LOAD_BALANCER = `job="${JOBS.haproxy}", proxy="${LOAD_BALANCER_BACKEND}"`;

/** Limits of alerts and panel colours, from the scenario documentation and the LiveKit documentation. */
export const LIMITS = {
  /** Share of packets. */
  loss: 0.02,
  /** Users notice jitter above this value, seconds. */
  jitterSeconds: 0.03,
  /** Share of streams above `jitterSeconds`. */
  jitterShare: 0.05,
  /** Share of the measured capacity of a node. */
  capacity: 0.8,
  cpuWarning: 0.7,
  cpuCritical: 0.8,
  memory: 0.85,
  /** p95, seconds. */
  joinSeconds: 2,
  /** Share of joins that must succeed over thirty days. */
  joinObjective: 0.99,
  /** Minimum number of failed joins: with few joins, one client that gives up would be a high share. */
  joinFailures: 5,
} as const;

/** Base URLs in annotations. */
export const LINKS = {
  runbooks: 'https://github.com/livekit-swarm/livekit-swarm/blob/main/docs/runbooks',
  /** Grafana's path; followed by the UID. */
  dashboards: '/d',
} as const;
