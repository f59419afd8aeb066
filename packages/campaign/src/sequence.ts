import { type NoRun, noRunOf, type Outcome } from '@livekit-swarm/analysis';
import { isUsageError, SwarmError, swarmErrorOf } from '@livekit-swarm/settings';
import type { PlannedRun } from './plan-run.ts';

/** Planned runs, one after the other. */
export interface Sequence {
  runs: readonly PlannedRun[];
  /** Aborted: the current run ends, the rest is skipped. */
  stop: AbortSignal;
  carryOut(planned: PlannedRun, index: number): Promise<Outcome>;
  /** Called with the outcome of each run that was carried out. */
  onEnded(outcome: Outcome, index: number): Promise<void>;
  /** Called for each run after an interruption. */
  onSkipped(outcome: NoRun, index: number): Promise<void>;
}

/**
 * Carries out several runs. One that fails to start does not prevent the others.
 * @returns the outcome of each
 * @throws SwarmError `usage` when the only run cannot be started
 */
export const runSequence = async (sequence: Sequence): Promise<Outcome[]> => {
  const { runs, stop } = sequence;
  const outcomes: Outcome[] = [];
  for (const [index, planned] of runs.entries()) {
    if (stop.aborted) {
      const skipped = notRun(planned);
      outcomes.push(skipped);
      await sequence.onSkipped(skipped, index);
      continue;
    }
    const outcome = await attempt(sequence, planned, index);
    outcomes.push(outcome);
    await sequence.onEnded(outcome, index);
  }
  return outcomes;
};

const attempt = async (
  { runs, carryOut }: Sequence,
  planned: PlannedRun,
  index: number,
): Promise<Outcome> => {
  try {
    return await carryOut(planned, index);
  } catch (error) {
    if (runs.length > 1 && isUsageError(error))
      return noRunOf(swarmErrorOf(error), planned.plan.scenario.name);
    throw error;
  }
};

const notRun = ({ plan }: PlannedRun): NoRun =>
  noRunOf(
    new SwarmError('interrupted', 'not run: the scenario before it was interrupted'),
    plan.scenario.name,
  );
