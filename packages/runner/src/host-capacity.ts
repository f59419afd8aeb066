import { hostOf, scopeOf } from '@livekit-swarm/livekit';
import { type Plan, type PlanLoad, planLoad } from '@livekit-swarm/scenario';
import { isUsageError, type SwarmError } from '@livekit-swarm/settings';
import type { Calibration } from './calibration.ts';
import { type Cost, type Costs, costsOf } from './costs.ts';
import type { SocketNeed, SystemLimits } from './descriptors.ts';
import { allocateWorkers, maxConcurrent, type WorkerAllocation } from './worker-allocation.ts';

/** Resources of this host. */
export interface HostCapacity {
  /** Usable cores; a fraction with a CPU quota. */
  cores: number;
  memoryBytes: number;
  limits: SystemLimits;
}

/**
 * Place of the server: started for the run on this host, already running on this host (a lab, by its
 * loopback address), or on another one.
 */
export type ServerPlace = 'embedded' | 'this-host' | 'elsewhere';

/** Place of the server at a URL; null: it is started for the run. */
export const placeOfServer = (url: string | null): ServerPlace => {
  if (url === null) return 'embedded';
  return scopeOf(hostOf(url)) === 'loopback' ? 'this-host' : 'elsewhere';
};

/** Resource that does not suffice; `joins`: cores, but only while participants join. */
export type Shortage = 'cores' | 'joins' | 'memory';

interface Amount {
  cores: number;
  memoryBytes: number;
}

/**
 * Resources that a plan needs at its highest load. Cores and bytes are estimates on the safe side.
 */
export interface HostRequirement {
  /** Participants that are connected at the same time. */
  participants: number;
  /** Need of the load generator's processes. */
  generator: Amount;
  /** Additional need of real clients (browsers, rtc-node); null: there are none. */
  clients: (Amount & { count: number }) | null;
  /** Need of a server on the same host; null: it runs elsewhere. */
  server: Amount | null;
  /** Joins in the second with the most of them, and the part of the cores above that they need. */
  joins: { perSecond: number; cores: number };
  /** True if video is published, so that the same participants can need less. */
  video: boolean;
}

export interface HostAssessment {
  need: HostRequirement;
  /** Allocation of workers; null if there is an `obstacle`. */
  allocation: WorkerAllocation | null;
  /** Reason why the run is impossible on this host: too few descriptors or ports. */
  obstacle: SwarmError | null;
  /**
   * True if the host suffices. `swarm plan` and the warning before a run both follow from it: false
   * means that the verdict will probably be inconclusive.
   */
  fits: boolean;
  /** Resources that do not suffice; empty if the host fits or there is an obstacle. */
  short: Shortage[];
  estimate: HostEstimate;
  /**
   * Largest join rate that the cores carry beside those who have joined, joins per second; 0: none.
   */
  carriedJoinsPerSecond: number;
}

/** A host, and what a plan needs of it. */
export interface PlannedHost {
  host: HostCapacity;
  assessment: HostAssessment;
  calibration: Calibration;
}

/**
 * Estimated capacity of a host for the same load, with more or fewer rooms, or with more or fewer
 * participants of its only room.
 */
export interface HostEstimate {
  unit: 'rooms' | 'participants';
  /** Number of units at the same time, as planned. */
  requested: number;
  /**
   * Capacity together with a livekit-server on the same host; null: the plan has no server there.
   */
  besideServer: number | null;
  /** Capacity without a server. */
  alone: number;
}

/**
 * Memory, bytes, rounded up from the most that was measured (docs/planning.md, "What swarm plan
 * assumes").
 */
const GENERATOR_MEMORY = { perProcess: 180e6, perParticipant: 0.4e6, perPlanned: 5e3 };
const SERVER_MEMORY = { base: 100e6, perParticipant: 2e6 };

/**
 * Costs of one real client: its own processes, which run in addition to the workers, and its
 * decoding.
 */
const CLIENT_COST = {
  browser: { cores: 0.6, memoryBytes: 400e6 },
  firefox: { cores: 0.6, memoryBytes: 500e6 },
  rtc: { cores: 0.1, memoryBytes: 60e6 },
} as const;

/** Share of the memory above which the host itself causes delays. */
const COMFORTABLE = 0.75;
/**
 * Share of the cores with which a run still passed once all had joined (docs/planning.md,
 * "Calibrated planning"). Joins may take the rest for a while: they wait.
 */
const CARRIED = 0.8;

export interface HostAssessmentRequest {
  plan: Plan;
  load?: PlanLoad;
  host: HostCapacity;
  /** Requested number of workers; null: automatic. */
  workers: number | null;
  need: SocketNeed;
  server: ServerPlace;
  /** Speed of the host. Default: unknown, so that costs are rounded up. */
  calibration?: Calibration;
}

/** Assesses whether a host can generate the load of a plan. */
export const assessHost = (request: HostAssessmentRequest): HostAssessment => {
  const { plan, host, load = planLoad(plan) } = request;
  const costs = costsOf(request.calibration ?? null);
  const { allocation, obstacle } = staff(request, load, costs);
  const processes = allocation?.workers ?? 1;
  const need = needOf(plan, load, processes, costs, request.server !== 'elsewhere');
  const needs = [need.generator, need.clients, need.server].filter((one) => one !== null);
  const cores = needs.reduce((sum, one) => sum + one.cores, 0);
  const memory = needs.reduce((sum, one) => sum + one.memoryBytes, 0);
  const joined = cores - need.joins.cores;
  const short: Shortage[] = [];
  if (joined > host.cores * CARRIED) short.push('cores');
  else if (cores > host.cores) short.push('joins');
  if (memory > host.memoryBytes * COMFORTABLE) short.push('memory');
  return {
    need,
    allocation,
    obstacle,
    fits: obstacle === null && short.length === 0,
    short: obstacle === null ? short : [],
    estimate: estimateOf(load, need, costs, host, { workers: processes, plan }),
    carriedJoinsPerSecond: Math.max(
      0,
      Math.floor(((host.cores - joined) / need.joins.cores) * need.joins.perSecond),
    ),
  };
};

/**
 * Estimates the capacity of a host for participants that have joined: the rate of joins does not
 * depend on the number of rooms, and a burst of joins is short. The number of real clients stays
 * the same.
 */
const estimateOf = (
  load: PlanLoad,
  { participants, generator, clients, server }: HostRequirement,
  costs: Costs,
  host: HostCapacity,
  { workers, plan }: { workers: number; plan: Plan },
): HostEstimate => {
  const { rooms, packetsDown } = load.most(0, plan.endAtMs);
  const [unit, requested] =
    rooms > 1 ? (['rooms', rooms] as const) : (['participants', participants] as const);
  // In a single room, each additional publisher sends to all, and each additional subscriber
  // receives from all.
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

/** Largest r for which `linear` r + `squared` r² is at most `left`. */
const factorOf = (linear: number, squared: number, left: number): number =>
  squared > 0
    ? (Math.sqrt(linear ** 2 + 4 * squared * left) - linear) / (2 * squared)
    : left / Math.max(linear, Number.EPSILON);

const staff = (
  { plan, host, workers, need, server }: HostAssessmentRequest,
  load: PlanLoad,
  costs: Costs,
): { allocation: WorkerAllocation | null; obstacle: SwarmError | null } => {
  try {
    const { cores, limits } = host;
    const embedded = server === 'embedded';
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
  hasServer: boolean,
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
      // The coordinator is an additional process.
      memoryBytes:
        (workers + 1) * GENERATOR_MEMORY.perProcess +
        participants * GENERATOR_MEMORY.perParticipant +
        plan.participants.length * GENERATOR_MEMORY.perPlanned,
    },
    clients: clientsOf(plan),
    server: hasServer
      ? {
          cores: coresOf(costs.server),
          memoryBytes: SERVER_MEMORY.base + participants * SERVER_MEMORY.perParticipant,
        }
      : null,
    joins: {
      perSecond: load.joinsPerSecond,
      cores:
        load.joinsPerSecond *
        (costs.generator.secondsPerJoin + (hasServer ? costs.server.secondsPerJoin : 0)),
    },
    video: plan.participants.some(({ publish }) => publish.some(({ kind }) => kind === 'video')),
  };
};
