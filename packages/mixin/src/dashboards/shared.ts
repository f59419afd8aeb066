import { AMBER, GREEN, RED } from '../panels/limits.ts';
import { promql, type Query } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { JOBS, LIMITS } from '../settings.ts';

/** Selectors for what is chosen at the top of a dashboard. */
export const LIVEKIT = 'job=~"$job", instance=~"$instance"';
export const HOSTS = `job="${JOBS.node}", instance=~"$host"`;

/** Which LiveKit nodes. */
export const livekitVariables = () => [
  labelVariable('job', {
    label: 'LiveKit job',
    description: 'Jobs of Prometheus that scrape livekit-server',
    of: 'livekit_room_total',
    // Every job has processes and is up or down: any job at all would be too many.
    all: null,
  }),
  labelVariable('instance', {
    label: 'LiveKit node',
    description: 'Scraped addresses of nodes',
    of: 'livekit_room_total',
    where: 'job=~"$job"',
  }),
];

/** Which hosts, by their node exporters. */
export const hostVariable = () =>
  labelVariable('host', {
    label: 'Host',
    description: 'Addresses of the node exporters',
    of: 'node_memory_MemTotal_bytes',
    where: `job="${JOBS.node}"`,
    labelName: 'instance',
  });

/** Which deployments the exporter monitors. */
export const targetVariable = (of: string) =>
  labelVariable('target', {
    label: 'Target',
    description: 'Monitored deployments, named as in the exporter configuration',
    of,
  });

/** Share of packets: 0.1 % is usual for a healthy cluster. */
export const LOSS = { warn: 0.001, bad: LIMITS.loss };
export const JITTER = { warn: LIMITS.jitterSeconds / 2, bad: LIMITS.jitterSeconds };
export const JITTER_SHARE = { bad: LIMITS.jitterShare };
export const CPU = { warn: LIMITS.cpuWarning, bad: LIMITS.cpuCritical };
export const MEMORY = { bad: LIMITS.memory };
export const CAPACITY = { warn: LIMITS.cpuWarning, bad: LIMITS.capacity };
export const JOIN_SECONDS = { warn: LIMITS.joinSeconds / 2, bad: LIMITS.joinSeconds };
export const JOIN_ERRORS = { warn: 1 - LIMITS.joinObjective, bad: 0.05 };
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
