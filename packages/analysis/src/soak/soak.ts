/**
 * Facts of a soak: the same load is repeated on one server, which is read at rest after each cycle.
 */
import type { Departure } from '@livekit-swarm/scenario';
import type { ExitCode } from '@livekit-swarm/settings';
import type { Slope } from './slope.ts';

/** Resources that must not grow with the number of joins. */
export const SOAK_RESOURCES = ['goroutines', 'descriptors', 'memoryBytes'] as const;
export type SoakResource = (typeof SOAK_RESOURCES)[number];

/** Way in which participants of a cycle left: all in the same way, or as the scenario states. */
export type CycleDeparture = Departure | 'scenario';

/**
 * Way of leaving in cycle `number`, from 0: each way once to warm up, then each way twice in
 * succession. The way of leaving also determines how much a server at rest keeps in pools; only
 * after a cycle of the same way does a difference show nothing but leaks.
 */
export const departureOfCycle = (
  departures: readonly CycleDeparture[],
  number: number,
): CycleDeparture => {
  const turns = departures.length;
  const turn = number < turns ? number : Math.floor((number - turns) / 2) % turns;
  return departures[turn] ?? 'scenario';
};

/** Resources of one node while it has no participants. */
export interface IdleNode extends Partial<Record<SoakResource, number>> {
  node: string;
  /** ID of the node, which changes when the node restarts. */
  id: string | null;
}

/** Reading of all nodes after a cycle. */
export interface IdleReading {
  nodes: readonly IdleNode[];
  /** True if all rooms were gone and the number of goroutines had stopped changing in time. */
  isIdle: boolean;
  /** Time between the departure of the last participant and the reading, ms. */
  waitedMs: number;
}

export interface SoakCycle {
  /** Time after the start of the soak, ms. */
  atMs: number;
  departure: CycleDeparture;
  /** Number of participants that the cycle let join. */
  joins: number;
  /** Number of participants that failed to join. */
  joinsFailed: number;
  /** Path of the record of the cycle's run. */
  recordPath: string | null;
  reading: IdleReading;
  /** Memory of the load generator's main process, bytes. */
  generatorBytes: number;
}

/** Tolerated growth per 1,000 joins. */
export type Tolerances = Readonly<Record<SoakResource, number>>;

/**
 * Default tolerances: a goroutine in 50 joins, a descriptor in 100, and 10 kB in each join are less
 * than one leaked participant in 100 joins retains.
 */
export const DEFAULT_TOLERANCES: Tolerances = {
  goroutines: 20,
  descriptors: 10,
  memoryBytes: 10_000_000,
};

export type SoakFinding = 'leaks' | 'clean' | 'uncertain' | 'not_measured';

/** Finding for one resource. */
export interface ResourceFinding {
  resource: SoakResource;
  /** Tolerated growth per 1,000 joins. */
  tolerance: number;
  finding: SoakFinding;
  /** Slope over all ways of leaving. */
  overall: Slope;
  /** Findings for each way of leaving; empty if there is only one. */
  byDeparture: { departure: CycleDeparture; finding: SoakFinding; slope: Slope }[];
}

/** Reason for the verdict of a soak. */
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
  /** Number of first cycles, which warm the server up and do not count. */
  warmUpCycles: number;
  cycles: readonly SoakCycle[];
  resources: ResourceFinding[];
  /** Growth of the load generator's main process, bytes per 1,000 joins. */
  generator: Slope;
}

/** A soak of one server that has ended. */
export interface ServerSoakResult {
  scenario: string;
  /** `livekit-server 1.13.4`, or the URL without secrets. */
  server: string;
  serverVersion: string | null;
  /** Start, ISO 8601. */
  startedAt: string;
  elapsedMs: number;
  exitCode: ExitCode;
  result: SoakResult;
  /** The error that ended it before its time. */
  error: { code: string; message: string; hint: string | null } | null;
}
