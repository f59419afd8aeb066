import type { RecordLine } from '@livekit-swarm/record';
import type { MeasuredRun } from './figures.ts';

/** A run of which the record can be read again. */
export interface RecordedRun extends MeasuredRun {
  readLines(): AsyncIterable<RecordLine> | Iterable<RecordLine>;
}

/** What is compared as one: repeats of the same thing. */
export interface Side {
  name: string;
  /** At least one. */
  runs: readonly RecordedRun[];
}
