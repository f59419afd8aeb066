import type { Names } from '../config/names.ts';
import { AMBER, GREEN, type Limits, RED } from '../panels/limits.ts';
import { promql, type Query } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { DASHBOARDS, type DashboardUid } from '../rule.ts';

/** Names, and selectors for what is chosen at the top of a dashboard. */
export interface Scope extends Names {
  /** The chosen clusters. Series without the label are in every choice of All. */
  inCluster: string;
  /** The chosen LiveKit jobs, and nodes of them. */
  livekitJobs: string;
  livekitNodes: string;
  hostsShown: string;
  /** Address of a dashboard. */
  urlOf: (uid: DashboardUid) => string;
  /** Of panels, by the limits of alerts. */
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
      // 0.1 % is usual for a healthy cluster.
      loss: { warn: 0.001, bad: limits.loss },
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

/** 0.8 → 0.7 */
const shareBelow = (limit: number): number => Number((limit * 0.875).toPrecision(3));

/** Which LiveKit nodes. */
export const livekitVariables = ({ inCluster, livekitJobs, node }: Scope) => [
  labelVariable('job', {
    label: 'LiveKit job',
    description: 'Jobs of Prometheus that scrape livekit-server',
    of: 'livekit_room_total',
    where: inCluster,
    // Every job has processes and is up or down: any job at all would be too many.
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

/** Which hosts, by their node exporters. */
export const hostVariable = ({ inCluster, hosts, host }: Scope) =>
  labelVariable('host', {
    label: 'Host',
    description: 'Hosts with a node exporter',
    of: 'node_memory_MemTotal_bytes',
    where: `${inCluster}, ${hosts}`,
    labelName: host,
  });

/** Which deployments the exporter monitors. */
export const targetVariable = ({ inCluster }: Scope, of: string) =>
  labelVariable('target', {
    label: 'Target',
    description: 'Monitored deployments, named as in the exporter configuration',
    of,
    where: inCluster,
  });

/** Above 60–90 ms one way, large events degrade (docs of workloads). */
export const LATENCY = { warn: 0.06, bad: 0.09 };
export const RTT = { warn: 0.15, bad: 0.3 };
/** 1 to 5: from 4 users are satisfied, below 3 they complain. */
export const SCORE = { warn: 4, bad: 3, lowIsBad: true } as const;
/** For counts that should be 0. */
export const NONE = { bad: 1 };
/** For rates that should be 0. */
export const FEW = { bad: 0.001 };

/** Responses of nodes to the health check of the load balancer. All others are errors. */
export const CHECK_CODES = {
  200: { text: 'healthy', color: GREEN },
  406: { text: 'no Redis', color: AMBER },
  0: { text: 'no answer', color: RED },
} as const;

/** Probes through the load balancer have no node; Grafana would print "node" where a legend uses it. */
export const PROBE_NAME = '{{target}} {{node}} {{module}}';
export const probesByName = (expr: string, legend = PROBE_NAME): Query =>
  promql(`label_replace(${expr}, "node", "any node", "node", "")`, legend);
