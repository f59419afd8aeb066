import type { RunFigures } from '@livekit-swarm/catalogue/run-metrics';

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
