import { type Plan, type PlanLoad, planLoad } from '@livekit-swarm/scenario';
import { isUsageError, type SwarmError } from '@livekit-swarm/settings';
import type { Calibration } from './calibration.ts';
import { type Cost, type Costs, costsOf } from './costs.ts';
import type { SocketNeed, SystemLimits } from './descriptors.ts';
import { allocateWorkers, maxConcurrent, type WorkerAllocation } from './worker-allocation.ts';

/** What this host has. */
export interface HostCapacity {
  /** Cores that may be used; a fraction with a CPU quota. */
  cores: number;
  memoryBytes: number;
  limits: SystemLimits;
}

interface Amount {
  cores: number;
  memoryBytes: number;
}

/** What a plan needs of it at its fullest moment. Cores and bytes are estimates, on the safe side. */
export interface HostRequirement {
  /** Connected at the same time. */
  participants: number;
  /** Of the load generator's processes. */
  generator: Amount;
  /** Of real clients (browsers, rtc-node), beside that; null: none. */
  clients: (Amount & { count: number }) | null;
  /** Of a server on the same host; null when it is elsewhere. */
  server: Amount | null;
  /** The part of these cores that joins take in the second with the most of them. */
  joins: { perSecond: number; cores: number };
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
  carries: Carries;
}

/** How much of the same load a host carries, if its rooms, or the participants of its only room, were more or fewer. */
export interface Carries {
  unit: 'rooms' | 'participants';
  /** At the same time, as planned. */
  requested: number;
  /** With a livekit-server on the same host; null where the plan has none there. */
  besideServer: number | null;
  /** Without one. */
  alone: number;
}

/** Memory, rounded up from the most that was measured (docs/performance.md, "What swarm plan assumes"). */
const GENERATOR_MEMORY = { perProcess: 180e6, perParticipant: 0.4e6, perPlanned: 5e3 };
const SERVER_MEMORY = { base: 100e6, perParticipant: 2e6 };

/** Of one real client, for its program and for what it decodes. They are processes beside the workers. */
const CLIENT_COST = {
  browser: { cores: 0.6, memoryBytes: 400e6 },
  rtc: { cores: 0.1, memoryBytes: 60e6 },
} as const;

/** Beyond this share of cores or memory, delays are caused by the host itself. */
const COMFORTABLE = 0.75;
/** A run that took this share of the cores passed (docs/performance.md, "Calibrated planning"). */
const CARRIED = 0.8;

export interface HostAssessmentRequest {
  plan: Plan;
  load?: PlanLoad;
  host: HostCapacity;
  /** As requested; null: automatic. */
  workers: number | null;
  need: SocketNeed;
  /** Whether the server runs on the same host. */
  embedded: boolean;
  /** Default: none, and costs are rounded up. */
  calibration?: Calibration;
}

/** Whether a host can generate what a plan asks for. */
export const assessHost = (request: HostAssessmentRequest): HostAssessment => {
  const { plan, host, embedded, load = planLoad(plan) } = request;
  const costs = costsOf(request.calibration ?? null);
  const { allocation, obstacle } = staff(request, load, costs);
  const processes = allocation?.workers ?? 1;
  const need = needOf(plan, load, processes, costs, embedded);
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
    carries: carriesOf(load, need, costs, host, { workers: processes, plan }),
  };
};

/** Of what has joined: joins come at the same rate however many rooms there are, and a burst of them is soon over. Real clients stay as many as they are. */
const carriesOf = (
  load: PlanLoad,
  { participants, generator, clients, server }: HostRequirement,
  costs: Costs,
  host: HostCapacity,
  { workers, plan }: { workers: number; plan: Plan },
): Carries => {
  const { rooms, packetsDown } = load.most(0, plan.endAtMs);
  const [unit, requested] =
    rooms > 1 ? (['rooms', rooms] as const) : (['participants', participants] as const);
  // In one room, each further publisher sends to all, and each further subscriber receives from all.
  const growsSquared =
    rooms <= 1 && plan.participants.filter(({ publish }) => publish.length > 0).length > 1;
  const carriedBy = (parts: { need: Amount; cost: Cost; baseMemory: number }[]): number => {
    const sum = (read: (part: (typeof parts)[number]) => number): number =>
      parts.reduce((total, part) => total + read(part), 0);
    const baseCores = sum(({ cost }) => cost.baseCores);
    const baseMemory = sum((part) => part.baseMemory);
    const joining = load.joinsPerSecond * sum(({ cost }) => cost.secondsPerJoin);
    const cores = sum(({ need }) => need.cores) - baseCores - joining;
    const memory = sum(({ need }) => need.memoryBytes) - baseMemory;
    const left = Math.max(0, host.cores * CARRIED - baseCores - (clients?.cores ?? 0));
    const squared = growsSquared ? packetsDown * sum(({ cost }) => cost.secondsPerPacketDown) : 0;
    const byCores = factorOf(cores - squared, squared, left);
    const byMemory =
      (host.memoryBytes * COMFORTABLE - baseMemory - (clients?.memoryBytes ?? 0)) / memory;
    return Math.max(0, Math.floor(requested * Math.min(byCores, byMemory)));
  };
  const ofGenerator = {
    need: generator,
    cost: costs.generator,
    baseMemory: (workers + 1) * GENERATOR_MEMORY.perProcess,
  };
  return {
    unit,
    requested,
    besideServer:
      server === null
        ? null
        : carriedBy([
            ofGenerator,
            { need: server, cost: costs.server, baseMemory: SERVER_MEMORY.base },
          ]),
    alone: carriedBy([ofGenerator]),
  };
};

/** The largest r for which `linear` r + `squared` r² is at most `left`. */
const factorOf = (linear: number, squared: number, left: number): number =>
  squared > 0
    ? (Math.sqrt(linear ** 2 + 4 * squared * left) - linear) / (2 * squared)
    : left / Math.max(linear, Number.EPSILON);

const staff = (
  { plan, host, workers, need, embedded }: HostAssessmentRequest,
  load: PlanLoad,
  costs: Costs,
): { allocation: WorkerAllocation | null; obstacle: SwarmError | null } => {
  try {
    const { cores, limits } = host;
    return {
      allocation: allocateWorkers({ plan, load, cores, workers, need, limits, embedded, costs }),
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
  costs: Costs,
  embedded: boolean,
): HostRequirement => {
  const { packetsUp, packetsDown } = load.most(0, plan.endAtMs);
  const participants = maxConcurrent(plan);
  const coresOf = (cost: Cost): number =>
    cost.baseCores +
    packetsUp * cost.secondsPerPacketUp +
    packetsDown * cost.secondsPerPacketDown +
    load.joinsPerSecond * cost.secondsPerJoin;
  return {
    participants,
    generator: {
      cores: coresOf(costs.generator),
      // The coordinator is a process, too.
      memoryBytes:
        (workers + 1) * GENERATOR_MEMORY.perProcess +
        participants * GENERATOR_MEMORY.perParticipant +
        plan.participants.length * GENERATOR_MEMORY.perPlanned,
    },
    clients: clientsOf(plan),
    server: embedded
      ? {
          cores: coresOf(costs.server),
          memoryBytes: SERVER_MEMORY.base + participants * SERVER_MEMORY.perParticipant,
        }
      : null,
    joins: {
      perSecond: load.joinsPerSecond,
      cores:
        load.joinsPerSecond *
        (costs.generator.secondsPerJoin + (embedded ? costs.server.secondsPerJoin : 0)),
    },
  };
};
