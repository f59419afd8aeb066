import type { ApiError } from '@livekit-swarm/livekit';
import type { JoinPhases, SelectedPair, TrackResult } from '@livekit-swarm/record';
import type { ProbeModule } from './module.ts';

/** The two participants of a probe. */
export const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];

/** What befell one participant. Times in ms since it started to join. */
export interface SideObservation {
  /** Null: it did not join. */
  phases: JoinPhases | null;
  firstMediaMs: number | null;
  /** As the server that let it in calls itself. */
  node: string | null;
  /** Of the server's candidate that ICE selected. */
  addressFamily: 4 | 6 | null;
  /** The candidate pair that ICE selected. */
  selectedPair: SelectedPair | null;
  /** Why it did not join, where known. */
  refusal: ApiError | null;
  /** How its connection broke after it was in. */
  loss: ApiError | null;
  /** Identities of the remote participants it knows, at the end. */
  others: readonly string[];
  tracks: readonly TrackResult[];
}

/** The observations of a probe, before their evaluation. */
export interface Observation {
  module: ProbeModule;
  sides: Readonly<Record<Side, SideObservation>>;
  /** Why the room could not be made. */
  room: ApiError | null;
  /** An internal error of this program. */
  internal: string | null;
  /** Time was up before it was through. */
  outOfTime: boolean;
  /** How long both were in, ms; what was measured is of this time. */
  measuredMs: number;
  /** The node that the room was put on; null: whichever the deployment chose. */
  wantedNode: string | null;
  /** The whole of it, ms. */
  tookMs: number;
}

/** Of a side that never started. */
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

/** How they are called in their room. */
export const identityOf = (side: Side): string => `swarm-probe-${side}`;

export const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');
