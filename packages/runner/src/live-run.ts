import type { DrillEvent, EndLine } from '@livekit-swarm/record';
import type { Ledger } from './ledger.ts';

/** A run that goes on, for whoever does something to the deployment meanwhile. */
export interface LiveRun {
  /** Unix ms: the zero of every `at`. */
  readonly startedAtMs: number;
  elapsedMs(): number;
  /** Writes a line of the drill to the record. `at`: ms after the start; left out, now. What comes after the end of the run is not written any more. */
  tell(event: DrillEvent, at?: number): void;
  /** Ends the run now: everybody leaves, and what there is is judged. The record says `ended`. Nothing happens when it is ending already. */
  end(): void;
}

export const liveRun = (
  startedAtMs: number,
  { elapsedMs, tell }: Pick<Ledger, 'elapsedMs' | 'tell'>,
  finish: Pick<PromiseWithResolvers<EndLine['reason']>, 'resolve'>,
): LiveRun => ({
  startedAtMs,
  elapsedMs,
  tell: (event, at = elapsedMs()) => tell({ type: 'drill', at, ...event }),
  end: () => finish.resolve('ended'),
});
