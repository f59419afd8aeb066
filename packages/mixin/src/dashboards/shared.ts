import type { Names } from '../config/names.ts';
import { AMBER, GREEN, type Limits, RED } from '../panels/limits.ts';
import { promql, type Query } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { DASHBOARDS, type DashboardUid } from '../rule.ts';

/** Names, and selectors of the values that are selected at the top of a dashboard. */
export interface Scope extends Names {
  /** Selector of the selected clusters. All includes series without the label. */
  inCluster: string;
  /** Selectors of the selected LiveKit jobs, and of their nodes. */
  livekitJobs: string;
  livekitNodes: string;
  hostsShown: string;
  /** Address of a dashboard. */
  urlOf: (uid: DashboardUid) => string;
  /** Colours of panels by quantity, from the limits of alerts. */
  colours: Readonly<Record<Colour, Limits>>;
}

type Colour =
  | 'loss'
  | 'jitter'
  | 'jitterShare'
  | 'cpu'
  | 'memory'
  | 'capacity'
  | 'joinSeconds'
  | 'joinErrors';

export const scopeOf = (names: Names): Scope => {
  const { cluster, node, host, hosts, config } = names;
  const { limits } = config;
  const inCluster = `${cluster}=~"$cluster"`;
  const livekitJobs = `${inCluster}, job=~"$job"`;
  const jitter = limits.jitter / 1_000;
  const join = limits.join / 1_000;
  return {
    ...names,
    inCluster,
    livekitJobs,
    livekitNodes: `${livekitJobs}, ${node}=~"$instance"`,
    urlOf: (uid) => `${config.links.dashboards}/${DASHBOARDS[uid]}`,
    hostsShown: `${inCluster}, ${hosts}, ${host}=~"$host"`,
    colours: {
      // The limits of both alerts: less loss is usual for real networks.
      loss: { warn: limits.loss, bad: limits.lossCritical },
      jitter: { warn: jitter / 2, bad: jitter },
      jitterShare: { bad: limits.jitterShare },
      cpu: { warn: shareBelow(limits.cpu), bad: limits.cpu },
      memory: { bad: limits.memory },
      capacity: { warn: shareBelow(limits.capacity), bad: limits.capacity },
      joinSeconds: { warn: join / 2, bad: join },
      joinErrors: {
        warn: Number((1 - limits.joinObjective).toPrecision(6)),
        bad: Math.max(0.05, Number((5 * (1 - limits.joinObjective)).toPrecision(6))),
      },
    },
  };
};

/** Limit of amber, from that of red: 0.8 → 0.7. */
const shareBelow = (limit: number): number => Number((limit * 0.875).toPrecision(3));

/** Variables for LiveKit jobs and nodes. */
export const livekitVariables = ({ inCluster, livekitJobs, node }: Scope) => [
  labelVariable('job', {
    label: 'LiveKit job',
    description: 'Jobs of Prometheus that scrape livekit-server',
    of: 'livekit_room_total',
    where: inCluster,
    // All is limited to the listed jobs: every job has processes and `up`.
    all: null,
  }),
  labelVariable('instance', {
    label: 'LiveKit node',
    description: 'LiveKit nodes, as Prometheus names them',
    of: 'livekit_room_total',
    where: livekitJobs,
    labelName: node,
  }),
];

/** Variable for hosts, as node exporters report them. */
export const hostVariable = ({ inCluster, hosts, host }: Scope) =>
  labelVariable('host', {
    label: 'Host',
    description: 'Hosts with a node exporter',
    of: 'node_memory_MemTotal_bytes',
    where: `${inCluster}, ${hosts}`,
    labelName: host,
  });

/** Variable for the deployments that the exporter monitors. */
export const targetVariable = ({ inCluster }: Scope, of: string) =>
  labelVariable('target', {
    label: 'Target',
    description: 'Monitored deployments, named as in the exporter configuration',
    of,
    where: inCluster,
  });

/** Limits of one-way latency, s: large events degrade above 60 to 90 ms (docs of workloads). */
export const LATENCY = { warn: 0.06, bad: 0.09 };
export const RTT = { warn: 0.15, bad: 0.3 };
/** Limits of the quality score, 1 to 5: users are satisfied from 4, and complain below 3. */
export const SCORE = { warn: 4, bad: 3, lowIsBad: true } as const;
/** Limits of counts that should be 0. */
export const NONE = { bad: 1 };
/** Limits of rates that should be 0. */
export const FEW = { bad: 0.001 };

/** Words for values of `up` and `probe_success`. */
export const UP = { 1: { text: 'up' }, 0: { text: 'down' } } as const;

/**
 * HTTP codes with which nodes answer the health check of the load balancer. All others are errors.
 */
export const CHECK_CODES = {
  200: { text: 'healthy', color: GREEN },
  406: { text: 'no Redis', color: AMBER },
  0: { text: 'no answer', color: RED },
} as const;

/**
 * Legend of a probe. Probes through the load balancer have no label `node`; Grafana would print the
 * word "node" instead.
 */
export const PROBE_NAME = '{{target}} {{node}} {{module}}';
export const probesByName = (expr: string, legend = PROBE_NAME): Query =>
  promql(`label_replace(${expr}, "node", "any node", "node", "")`, legend);
