import { randomStream } from '@livekit-swarm/scenario';
import type { Fault } from '../faults/fault.ts';
import type { Drill } from './drill.ts';
import { timesOfScenario } from './scenario-until.ts';

/**
 * Times of the injections of a fault, ms after the steady state: once, at intervals, or at random.
 * The same seed and position in the file give the same times; random injections never overlap.
 * @param durationMs duration of each; null: instantaneous, or until the end of the drill
 */
export const injectionTimes = (
  item: {
    at: number;
    every?: number | undefined;
    times?: number | undefined;
    random?: { times: number; within: number } | undefined;
  },
  durationMs: number | null,
  seed: number,
  position: number,
): number[] => {
  const { at, every, times = 1, random } = item;
  if (random === undefined)
    return Array.from(
      { length: every === undefined ? 1 : times },
      (_, turn) => at + turn * (every ?? 0),
    );
  const lengthMs = durationMs ?? 0;
  const chance = randomStream(seed, 'faults', position);
  // Random times are drawn from the time that the injections leave free, then shifted by their
  // lengths, so that none overlap.
  const spareMs = random.within - random.times * lengthMs;
  const drawn = Array.from({ length: random.times }, () => Math.round(chance() * spareMs)).sort(
    (a, b) => a - b,
  );
  return drawn.map((ms, turn) => at + ms + turn * lengthMs);
};

/** Duration of a fault of a file, ms. Null: instantaneous, or until the end of the drill. */
export const durationOfItem = (
  item: { for?: number | undefined; with: unknown },
  { durationOf }: Pick<Fault, 'durationOf'>,
): number | null => item.for ?? (durationOf?.(item.with) || null);

/** Time for which components are affected, ms; infinite for a rollback that is not scheduled. */
export const affectedMs = (
  durationMs: number | null,
  { durationOf }: Pick<Fault, 'durationOf'>,
): number => durationMs ?? (durationOf === undefined ? Number.POSITIVE_INFINITY : 0);

/** The times of a drill, ms after the start of its run; the same in every repeat. */
export interface DrillTimes {
  /** Scheduled join of the last participant of the load. */
  lastJoinMs: number;
  /** Start of the time until `steadyMs` in which the steady state must hold. */
  steadyFromMs: number;
  /** Zero of the faults' times. */
  steadyMs: number;
  /** First injection; without faults, `steadyMs`. */
  faultFromMs: number;
  /**
   * Time from which recovery is measured: faults that end before the drill are rolled back, and
   * clients had time to react.
   */
  recoveryFromMs: number;
  endMs: number;
}

/**
 * Shortest window `fault`, ms: clients of a killed node need 10 to 13 s to recover, even from an
 * instantaneous fault.
 */
const MIN_FAULT_MS = 15_000;

/**
 * Times of a drill. A fault without a duration counts as a moment, because its rollback is at the
 * end of the drill.
 */
export const drillTimes = ({
  load,
  steadyState,
  faults,
  recoveryMs,
}: Pick<Drill, 'load' | 'steadyState' | 'faults' | 'recoveryMs'>): DrillTimes => {
  const lastJoinMs = lastJoinOf(load);
  const steadyMs = steadyState.atMs ?? lastJoinMs + steadyState.withinMs;
  const steadyFromMs = steadyMs - steadyState.forMs;
  const [first] = faults;
  if (first === undefined) {
    return {
      lastJoinMs,
      steadyFromMs,
      steadyMs,
      faultFromMs: steadyMs,
      recoveryFromMs: steadyMs,
      endMs: steadyMs + recoveryMs,
    };
  }
  const injections = faults.map(({ atMs }) => steadyMs + atMs);
  const lastRollbackMs = Math.max(
    ...faults.map(({ atMs, durationMs }) => steadyMs + atMs + (durationMs ?? 0)),
  );
  const endMs = lastRollbackMs + recoveryMs;
  // At least half of the recovery window counts as recovery, however short the window is.
  const minimumMs = Math.min(Math.max(...injections) + MIN_FAULT_MS, endMs - recoveryMs / 2);
  return {
    lastJoinMs,
    steadyFromMs,
    steadyMs,
    faultFromMs: Math.min(...injections),
    recoveryFromMs: Math.max(lastRollbackMs, minimumMs),
    endMs,
  };
};

/** Scheduled join of the last participant of a load, ms after the start of the run. */
const lastJoinOf = (load: Drill['load']): number =>
  'scenario' in load
    ? timesOfScenario(load.scenario).lastJoinAtMs
    : ((load.rooms * load.participants - 1) * 1_000) / load.joinRate;
