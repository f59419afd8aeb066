import type { Drill } from './drill.ts';

/** When everything of a drill is due, ms after the start of its run: the same in every repeat. */
export interface DrillTimes {
  /** The last of the crowd is due to join. */
  lastJoinMs: number;
  /** From here to `zeroMs` it must be steady. */
  steadyFromMs: number;
  /** What the faults' own times count from. */
  steadyMs: number;
  /** The first injection; where there is no fault, `zeroMs`. */
  faultFromMs: number;
  /** Everything that ends before the drill does is healed, and clients had time to notice. */
  recoveryFromMs: number;
  endMs: number;
}

/** Clients of a killed node need 10 to 13 s to be back; before that nothing has recovered, even where the fault itself took no time. */
const LEAST_FAULT_MS = 15_000;

/** Works out when everything is due. A fault without a duration counts as a moment: what it ended comes back when the drill is over. */
export const drillTimes = ({
  load,
  steadyState,
  faults,
  recoveryMs,
}: Pick<Drill, 'load' | 'steadyState' | 'faults' | 'recoveryMs'>): DrillTimes => {
  const lastJoinMs = ((load.rooms * load.participants - 1) * 1_000) / load.joinRate;
  const steadyMs = lastJoinMs + steadyState.withinMs;
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
  const begins = faults.map(({ atMs }) => steadyMs + atMs);
  const lastHealMs = Math.max(
    ...faults.map(({ atMs, durationMs }) => steadyMs + atMs + (durationMs ?? 0)),
  );
  const endMs = lastHealMs + recoveryMs;
  // However short the recovery is, half of it is one.
  const leastMs = Math.min(Math.max(...begins) + LEAST_FAULT_MS, endMs - recoveryMs / 2);
  return {
    lastJoinMs,
    steadyFromMs,
    steadyMs,
    faultFromMs: Math.min(...begins),
    recoveryFromMs: Math.max(lastHealMs, leastMs),
    endMs,
  };
};
