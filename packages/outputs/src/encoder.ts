import type { RunFigures } from '@livekit-swarm/catalogue/run-metrics';
import type { RecordLine } from '@livekit-swarm/record';

/** Facts about a run that a protocol needs for its requests. */
export interface RunIdentity {
  testid: string;
  /** Start of the run, Unix time, ms. */
  startedAtMs: number;
}

/** Encoder of one run's requests, in the order of its pushes. */
export interface Encoder {
  /**
   * Encodes the requests of one push.
   * @param at time of the figures, Unix time, ms
   */
  push(figures: RunFigures, at: number): Uint8Array[];
  /** Encodes the markers of the end of all series, after the last push. */
  end(): Uint8Array[];
}

/** Request to a receiver, and the number of items in it by which its delivery is counted. */
export interface Request {
  body: Uint8Array;
  items: number;
}

/** Source of one run's requests to a receiver. */
export interface Source {
  /** Takes a line of the record; returns requests that are complete before the next push. */
  add(line: RecordLine): Request[];
  /** @param at time of the push, Unix time, ms */
  take(at: number): Request[];
  /** Requests after the last push. */
  end(): Request[];
}
