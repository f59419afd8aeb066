import type { InterimSummary } from '@livekit-swarm/analysis';
import type { DrillEvent, EndLine } from '@livekit-swarm/record';
import type { RunLog } from './run-log.ts';

/** The reason for which a run ends; the first one wins. */
export type RunEnding = PromiseWithResolvers<EndLine['reason']>;

/** A run in progress, for a caller that does something to the deployment meanwhile. */
export interface LiveRun {
  /** Unix ms: the zero of every `at`. */
  readonly startedAtMs: number;
  elapsedMs(): number;
  /** Writes a line of a drill to the record, unless the run has ended. @param at ms after the start; default: now */
  append(event: DrillEvent, at?: number): void;
  /** Ends the run now: all participants leave, and what was measured is evaluated. The reason in the record is `stopped`. */
  stop(): void;
  /** The summary of the run as things stand. */
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
