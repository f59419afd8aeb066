import { AMBER, GREEN, RED } from '../panels/limits.ts';
import { ask, type Query } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { JOBS, LIMITS } from '../settings.ts';

/** Selectors for what is chosen at the top of a dashboard. */
export const LIVEKIT = 'job=~"$job", instance=~"$instance"';
export const MACHINES = `job="${JOBS.node}", instance=~"$machine"`;

/** Which LiveKit nodes. */
export const livekitVariables = () => [
  labelVariable('job', {
    label: 'LiveKit job',
    means: 'Jobs of Prometheus that scrape livekit-server',
    of: 'livekit_room_total',
    // Every job has processes and is up or down: any job at all would be too many.
    all: null,
  }),
  labelVariable('instance', {
    label: 'LiveKit node',
    means: 'Addresses at which nodes are scraped',
    of: 'livekit_room_total',
    where: 'job=~"$job"',
  }),
];

/** Which machines, by their node exporters. */
export const machineVariable = () =>
  labelVariable('machine', {
    label: 'Machine',
    means: 'Addresses of the node exporters',
    of: 'node_memory_MemTotal_bytes',
    where: `job="${JOBS.node}"`,
    labelName: 'instance',
  });

/** Which deployments the exporter follows. */
export const targetVariable = (of: string) =>
  labelVariable('target', {
    label: 'Target',
    means: 'Deployments that the exporter watches, as its configuration calls them',
    of,
  });

/** Share of packets: 0.1 % is what a good cluster shows. */
export const LOSS = { warn: 0.001, bad: LIMITS.loss };
export const JITTER = { warn: LIMITS.jitterSeconds / 2, bad: LIMITS.jitterSeconds };
export const JITTER_SHARE = { bad: LIMITS.jitterShare };
export const CPU = { warn: LIMITS.cpuWarning, bad: LIMITS.cpuCritical };
export const MEMORY = { bad: LIMITS.memory };
export const CAPACITY = { warn: LIMITS.cpuWarning, bad: LIMITS.capacity };
export const JOIN_SECONDS = { warn: LIMITS.joinSeconds / 2, bad: LIMITS.joinSeconds };
export const JOIN_ERRORS = { warn: 1 - LIMITS.joinObjective, bad: 0.05 };
/** Beyond 60–90 ms one way a large event is not what it should be (docs of workloads). */
export const LATENCY = { warn: 0.06, bad: 0.09 };
export const RTT = { warn: 0.15, bad: 0.3 };
/** 1 to 5: from 4 people are content, below 3 they complain. */
export const SCORE = { warn: 4, bad: 3, lowIsBad: true } as const;
/** Nothing of the kind should happen at all. */
export const NONE = { bad: 1 };
/** The same of what is told in rates. */
export const HARDLY_ANY = { bad: 0.001 };

/** What nodes answer to the load balancer's health check. All other answers are bad. */
export const CHECK_CODES = {
  200: { text: 'healthy', color: GREEN },
  406: { text: 'no Redis', color: AMBER },
  0: { text: 'no answer', color: RED },
} as const;

/** Test calls through the load balancer have no node; Grafana would write "node" where a legend asks for it. */
export const PROBE_NAME = '{{target}} {{node}} {{module}}';
export const probesByName = (expr: string, legend = PROBE_NAME): Query =>
  ask(`label_replace(${expr}, "node", "any node", "node", "")`, legend);
