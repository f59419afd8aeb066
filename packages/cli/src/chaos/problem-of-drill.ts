import { ChaosError } from '@livekit-swarm/chaos/error';
import { interruptedProblem, type Problem, problemOf } from '../problem.ts';

/** Why nothing came of a drill. What is still broken is told even to those who wanted it to end: nobody else knows. */
export const problemOfDrill = (error: unknown, interrupted: boolean): Problem =>
  interrupted && !isNotHealed(error) ? interruptedProblem() : problemOf(error);

const isNotHealed = (error: unknown): boolean =>
  error instanceof ChaosError && error.reason === 'not-healed';
