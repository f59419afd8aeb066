import type { ApiError } from '@livekit-swarm/livekit';
import type { JoinPhases, SelectedPair, TrackResult } from '@livekit-swarm/record';
import type { ProbeModule } from './module.ts';

/** The two participants of a probe. */
export const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];

/** Observations of one participant. Times count from the start of its join, ms. */
export interface SideObservation {
  /** Phases of the join; null if the participant did not join. */
  phases: JoinPhases | null;
  firstMediaMs: number | null;
  /** Id of the node that accepted the join, as the node reports it. */
  node: string | null;
  /** Address family of the server's candidate in the selected pair. */
  addressFamily: 4 | 6 | null;
  /** Candidate pair that ICE selected. */
  selectedPair: SelectedPair | null;
  /** Error that prevented the join; null if there was none, or it is unknown. */
  refusal: ApiError | null;
  /** Error that ended the connection after the join; null: the connection lasted. */
  loss: ApiError | null;
  /** Identities of the remote participants that the participant knew at the end. */
  others: readonly string[];
  tracks: readonly TrackResult[];
}

/** Observations of a probe, before their evaluation. */
export interface Observation {
  module: ProbeModule;
  sides: Readonly<Record<Side, SideObservation>>;
  /** Error that prevented the creation of the room; null if there was none. */
  room: ApiError | null;
  /** Message of an internal error of this program; null if there was none. */
  internal: string | null;
  /** True if the time limit was reached before the probe was complete. */
  outOfTime: boolean;
  /** Time during which both participants were joined and figures were measured, ms. */
  measuredMs: number;
  /** Node chosen for the room; null: the deployment chose it. */
  wantedNode: string | null;
  /** Duration of the whole probe, ms. */
  tookMs: number;
}

/** Observations of a side before it joins. */
export const absent = (): SideObservation => ({
  phases: null,
  firstMediaMs: null,
  node: null,
  addressFamily: null,
  selectedPair: null,
  refusal: null,
  loss: null,
  others: [],
  tracks: [],
});

/** Identity of a side in the room. */
export const identityOf = (side: Side): string => `swarm-probe-${side}`;

export const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');
