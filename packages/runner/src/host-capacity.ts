import { type Plan, type PlanLoad, planLoad } from '@livekit-swarm/scenario';
import { isUsageError, type SwarmError } from '@livekit-swarm/settings';
import type { SocketNeed, SystemLimits } from './descriptors.ts';
import { allocateWorkers, maxConcurrent, type WorkerAllocation } from './worker-allocation.ts';

/** What this host has. */
export interface HostCapacity {
  /** Cores that may be used. */
  cores: number;
  memoryBytes: number;
  limits: SystemLimits;
}

/** What a plan needs of it at its fullest moment. Cores and bytes are estimates, on the safe side. */
export interface HostRequirement {
  /** Connected at the same time. */
  participants: number;
  /** Of the load generator's processes. */
  generator: { cores: number; memoryBytes: number };
  /** Of real clients (browsers, rtc-node), beside that; null: none. */
  clients: { count: number; cores: number; memoryBytes: number } | null;
  /** Of a server on the same host; null when it is elsewhere. */
  server: { cores: number; memoryBytes: number } | null;
}

export interface HostAssessment {
  need: HostRequirement;
  /** Null when there is an `obstacle`. */
  allocation: WorkerAllocation | null;
  /** What makes a run impossible here: too few descriptors or ports. */
  obstacle: SwarmError | null;
  /** Whether it will do with room to spare. */
  fits: boolean;
  /** What is short; empty when it fits or when there is an obstacle. */
  short: ('cores' | 'memory')[];
}

/** Costs, rounded up from the dearest that was measured (docs/performance.md, "What swarm plan reckons with"). */
const GENERATOR_COST = {
  secondsPerPacket: 3e-6,
  secondsPerJoin: 6e-3,
  bytesPerProcess: 180e6,
  bytesPerParticipant: 0.4e6,
  bytesPerPlanned: 5e3,
};
const SERVER_COST = {
  secondsPerPacket: 10e-6,
  secondsPerJoin: 15e-3,
  bytes: 100e6,
  bytesPerParticipant: 2e6,
};

/** Of one real client, for its program and for what it decodes. They are processes beside the workers. */
const CLIENT_COST = {
  browser: { cores: 0.6, memoryBytes: 400e6 },
  rtc: { cores: 0.1, memoryBytes: 60e6 },
} as const;

/** Beyond this share of cores or memory, delays are caused by the host itself. */
const COMFORTABLE = 0.75;

export interface HostAssessmentRequest {
  plan: Plan;
  load?: PlanLoad;
  host: HostCapacity;
  /** As requested; null: automatic. */
  workers: number | null;
  need: SocketNeed;
  /** Whether the server runs on the same host. */
  embedded: boolean;
}

/** Whether a host can generate what a plan asks for. */
export const assessHost = (request: HostAssessmentRequest): HostAssessment => {
  const { plan, host, embedded, load = planLoad(plan) } = request;
  const { allocation, obstacle } = staff(request, load);
  const need = needOf(plan, load, allocation?.workers ?? 1, embedded);
  const needs = [need.generator, need.clients, need.server].filter((one) => one !== null);
  const cores = needs.reduce((sum, one) => sum + one.cores, 0);
  const memory = needs.reduce((sum, one) => sum + one.memoryBytes, 0);
  const short = [
    ...(cores > host.cores * COMFORTABLE ? (['cores'] as const) : []),
    ...(memory > host.memoryBytes * COMFORTABLE ? (['memory'] as const) : []),
  ];
  return {
    need,
    allocation,
    obstacle,
    fits: obstacle === null && short.length === 0,
    short: obstacle === null ? short : [],
  };
};

const staff = (
  { plan, host, workers, need, embedded }: HostAssessmentRequest,
  load: PlanLoad,
): { allocation: WorkerAllocation | null; obstacle: SwarmError | null } => {
  try {
    const { cores, limits } = host;
    return {
      allocation: allocateWorkers({ plan, load, cores, workers, need, limits, embedded }),
      obstacle: null,
    };
  } catch (error) {
    if (isUsageError(error)) return { allocation: null, obstacle: error };
    throw error;
  }
};

const clientsOf = ({ participants }: Plan): HostRequirement['clients'] => {
  const engines = participants.flatMap(({ engine }) => engine ?? []);
  if (engines.length === 0) return null;
  const sum = (read: (cost: { cores: number; memoryBytes: number }) => number): number =>
    engines.reduce((total, engine) => total + read(CLIENT_COST[engine]), 0);
  return {
    count: engines.length,
    cores: sum(({ cores }) => cores),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
  };
};

const needOf = (
  plan: Plan,
  load: PlanLoad,
  workers: number,
  embedded: boolean,
): HostRequirement => {
  const { packetsUp, packetsDown } = load.most(0, plan.endAtMs);
  const packets = packetsUp + packetsDown;
  const participants = maxConcurrent(plan);
  const joins = load.joinsPerSecond;
  return {
    participants,
    generator: {
      cores: packets * GENERATOR_COST.secondsPerPacket + joins * GENERATOR_COST.secondsPerJoin,
      // The coordinator is a process, too.
      memoryBytes:
        (workers + 1) * GENERATOR_COST.bytesPerProcess +
        participants * GENERATOR_COST.bytesPerParticipant +
        plan.participants.length * GENERATOR_COST.bytesPerPlanned,
    },
    clients: clientsOf(plan),
    server: embedded
      ? {
          cores: packets * SERVER_COST.secondsPerPacket + joins * SERVER_COST.secondsPerJoin,
          memoryBytes: SERVER_COST.bytes + participants * SERVER_COST.bytesPerParticipant,
        }
      : null,
  };
};
