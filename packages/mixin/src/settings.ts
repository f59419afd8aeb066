/** What rules and dashboards take for granted about the Prometheus they run in; change it here and generate them again. */

/** Job names of the scrape configuration. */
export const JOBS = {
  livekit: 'livekit',
  haproxy: 'haproxy',
  node: 'node',
  redis: 'redis',
  exporter: 'swarm-exporter',
} as const;

/** The backend of haproxy that LiveKit's nodes are in, as its configuration calls it. */
export const BALANCER_BACKEND = 'livekit';

/** That backend, as a selector of haproxy's figures. */
export const BALANCER = `job="${JOBS.haproxy}", proxy="${BALANCER_BACKEND}"`;

/** From where operators act; the figures are those of docs/workloads and of LiveKit's own documents. */
export const LIMITS = {
  /** Share of packets. */
  loss: 0.02,
  /** A stream above this is one that people hear, seconds. */
  jitterSeconds: 0.03,
  /** Share of the measurements above it. */
  jitterShare: 0.05,
  /** Share of what a node was measured to carry. */
  capacity: 0.8,
  cpuWarning: 0.7,
  cpuCritical: 0.8,
  memory: 0.85,
  /** 95 of 100 joins, seconds. */
  joinSeconds: 2,
  /** Share of joins that must succeed over thirty days. */
  joinObjective: 0.99,
  /** So many must have failed before anybody is told: one who closes the page while it connects is all of the joins of a quiet night. */
  joinFailures: 5,
} as const;

/**
 * Participants that one node was measured to carry (`swarm run scenarios/voice-ai.yaml`): two in each of 500 rooms on four cores. Measure yours and change it.
 */
export const PARTICIPANTS_PER_NODE = 1_000;

/** Where runbooks and dashboards are found. */
export const LINKS = {
  runbooks: 'https://github.com/livekit-swarm/livekit-swarm/blob/main/docs/runbooks',
  /** Grafana's path; behind it come the uid and the name. */
  dashboards: '/d',
} as const;
