/** Facts of a soak: the same load again and again on one server, which is read at rest after each. */
import type { Departure } from '@livekit-swarm/scenario';
import type { Slope } from './slope.ts';

/** What must not grow with the number of joins. */
export const SOAK_RESOURCES = ['goroutines', 'descriptors', 'memoryBytes'] as const;
export type SoakResource = (typeof SOAK_RESOURCES)[number];

/** How participants of a cycle left: all in one way, or as the scenario states. */
export type CycleDeparture = Departure | 'scenario';

/**
 * The way of leaving of cycle `number`, from 0: each once, to warm up, then each twice in succession. How participants left decides how much a server at rest keeps in
 * pools, too: only a cycle that follows one of its own way adds nothing but what leaks.
 */
export const departureOfCycle = (
  departures: readonly CycleDeparture[],
  number: number,
): CycleDeparture => {
  const turns = departures.length;
  const turn = number < turns ? number : Math.floor((number - turns) / 2) % turns;
  return departures[turn] ?? 'scenario';
};

/** What one node had while it had no participants. */
export interface NodeAtRest extends Partial<Record<SoakResource, number>> {
  node: string;
  /** Changes when the node is restarted. */
  id: string | null;
}

/** A reading of all nodes after a cycle. */
export interface RestReading {
  nodes: readonly NodeAtRest[];
  /** Whether all rooms were gone and the number of goroutines had stopped changing in time. */
  isAtRest: boolean;
  /** After the last participant had left, ms. */
  waitedMs: number;
}

export interface SoakCycle {
  /** After the start of the soak, ms. */
  atMs: number;
  departure: CycleDeparture;
  /** Participants that the cycle had join. */
  joins: number;
  /** Of them that failed to. */
  joinsFailed: number;
  /** The record of its run. */
  recordPath: string | null;
  reading: RestReading;
  /** Memory of the load generator's main process, bytes. */
  generatorBytes: number;
}

/** What is tolerated per 1,000 joins. */
export type Tolerances = Readonly<Record<SoakResource, number>>;

/** One goroutine in fifty joins, one descriptor in a hundred, ten kB for each: less than one leaked participant in a hundred retains. */
export const DEFAULT_TOLERANCES: Tolerances = {
  goroutines: 20,
  descriptors: 10,
  memoryBytes: 10_000_000,
};

export type SoakFinding = 'leaks' | 'clean' | 'uncertain' | 'not_measured';

/** What is known of one resource. */
export interface ResourceFinding {
  resource: SoakResource;
  /** Per 1,000 joins. */
  tolerance: number;
  finding: SoakFinding;
  /** Over all ways of leaving. */
  overall: Slope;
  /** Of each way that the soak has; empty with one. */
  byDeparture: { departure: CycleDeparture; finding: SoakFinding; slope: Slope }[];
}

/** Why a soak is what it is. */
export type SoakReason =
  | { code: 'leak'; resource: SoakResource; departure: CycleDeparture | null; slope: Slope }
  | { code: 'no_leak' }
  | { code: 'uncertain'; resource: SoakResource }
  | { code: 'not_measured'; resource: SoakResource }
  | { code: 'server_restarted'; node: string }
  | { code: 'never_at_rest'; cycles: number }
  | { code: 'too_few_cycles'; cycles: number; least: number }
  | { code: 'joins_failed'; share: number };

export interface SoakResult {
  verdict: 'passed' | 'failed' | 'inconclusive';
  reasons: SoakReason[];
  /** The first of them, which warm the server up and do not count. */
  warmUpCycles: number;
  cycles: readonly SoakCycle[];
  resources: ResourceFinding[];
  /** Of the load generator's main process: bytes per 1,000 joins. */
  generator: Slope;
}
