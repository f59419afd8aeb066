import type { RunFigures } from '@livekit-swarm/catalogue/run-metrics';

/** A run as a protocol sees it: what it must know to make requests of the figures. */
export interface RunIdentity {
  testid: string;
  /** Unix time, ms. */
  startedAtMs: number;
}

/** Makes the requests of one run, in the order of its pushes. */
export interface Encoder {
  /** @param at of the figures: Unix time, ms */
  push(figures: RunFigures, at: number): Uint8Array[];
  /** What marks the end of the series, after the last push. */
  end(): Uint8Array[];
}
