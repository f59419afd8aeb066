import type { InterimSummary } from '@livekit-swarm/analysis';
import type { DrillEvent, EndLine } from '@livekit-swarm/record';
import type { RunLog } from './run-log.ts';

/** Reason for which a run ends; the first one counts. */
export type RunEnding = PromiseWithResolvers<EndLine['reason']>;

/** Run in progress, for a caller that acts on the deployment meanwhile. */
export interface LiveRun {
  /** Start of the run, Unix time, ms: the zero of every `at`. */
  readonly startedAtMs: number;
  elapsedMs(): number;
  /**
   * Writes a line of a drill to the record, unless the run has ended.
   * @param at time of the event, ms after the start; default: now
   */
  append(event: DrillEvent, at?: number): void;
  /**
   * Ends the run now: all participants leave, and the measurements are evaluated. The reason in the
   * record is `stopped`.
   */
  stop(): void;
  /** Summary of the run so far. */
  interim(): InterimSummary;
}

export const liveRun = (
  startedAtMs: number,
  { elapsedMs, append, interimSummary }: Pick<RunLog, 'elapsedMs' | 'append' | 'interimSummary'>,
  ending: Pick<RunEnding, 'resolve'>,
): LiveRun => ({
  startedAtMs,
  elapsedMs,
  append: (event, at = elapsedMs()) => append({ type: 'drill', at, ...event }),
  stop: () => ending.resolve('stopped'),
  interim: interimSummary,
});
