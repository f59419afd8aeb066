import { startAtOnce } from './draw-drill.ts';
import type { RandomDrill, RandomFault } from './random-drill.ts';

export interface ShrinkOptions {
  /** Returns true if a drill can be executed. */
  isPossible(drill: RandomDrill): boolean;
  /** Executes a drill, and returns true if it violates the invariant. */
  violates(drill: RandomDrill): Promise<boolean>;
  /** Returns false when no other drill may be executed. */
  mayRun(): boolean;
  /** Largest number of executions. */
  maxRuns: number;
}

export interface Shrunk {
  /** Smallest drill that violated the invariant in an execution. */
  drill: RandomDrill;
  /** Number of executions. */
  runs: number;
  /** True if no smaller drill was left to try. */
  isMinimal: boolean;
}

/**
 * Finds a smaller drill that still violates an invariant, by delta debugging (Zeller and
 * Hildebrandt, 2002): leaves out faults, half of them first; then shortens the others; then leaves
 * out rooms. Every drill is executed, and one that did not violate the invariant is never part of
 * the result: where an outcome is a matter of luck, the result may be larger than necessary.
 */
export const shrink = async (first: RandomDrill, options: ShrinkOptions): Promise<Shrunk> => {
  const { isPossible, violates, mayRun, maxRuns } = options;
  let drill = first;
  let runs = 0;
  const tried = new Set([keyOf(first)]);
  let isCut = false;
  /** Returns true, and keeps it, when no other drill is executed although there are smaller ones. */
  const isOver = (): boolean => {
    isCut ||= runs >= maxRuns || !mayRun();
    return isCut;
  };
  /** Tries smaller drills in order, until one is found. */
  const improve = async (smaller: readonly RandomDrill[]): Promise<boolean> => {
    for (const candidate of smaller) {
      if (tried.has(keyOf(candidate)) || !isPossible(candidate)) continue;
      if (isOver()) return false;
      tried.add(keyOf(candidate));
      runs++;
      if (!(await violates(candidate))) continue;
      drill = candidate;
      return true;
    }
    return false;
  };
  let improved = true;
  while (improved && !isCut) improved = await improve(smallerDrills(drill));
  return { drill, runs, isMinimal: !isCut && mayRun() };
};

const keyOf = ({ faults, rooms }: RandomDrill): string => JSON.stringify([faults, rooms]);

/** Smaller drills than this one, those that leave out most first. */
const smallerDrills = (drill: RandomDrill): RandomDrill[] => [
  ...withoutFaults(drill.faults).map((faults) => ({ ...drill, faults: startAtOnce(faults) })),
  ...drill.faults.flatMap((fault, index) =>
    shorter(fault).map((short) => ({
      ...drill,
      faults: startAtOnce(drill.faults.with(index, short)),
    })),
  ),
  ...(drill.settings.load.scenario === null && drill.rooms > 1 ? [{ ...drill, rooms: 1 }] : []),
];

/** Lists without parts of it: without one half, without a quarter, … without one. */
const withoutFaults = (faults: readonly RandomFault[]): RandomFault[][] => {
  const lists: RandomFault[][] = [];
  for (let size = Math.ceil(faults.length / 2); size >= 1 && faults.length > 1; ) {
    for (let from = 0; from < faults.length; from += size)
      lists.push([...faults.slice(0, from), ...faults.slice(from + size)]);
    if (size === 1) break;
    size = Math.ceil(size / 2);
  }
  return lists.filter(({ length }) => length > 0);
};

/** The fault with half of its duration. */
const shorter = (fault: RandomFault): RandomFault[] =>
  fault.forS === null || fault.forS < 2 ? [] : [{ ...fault, forS: Math.floor(fault.forS / 2) }];
