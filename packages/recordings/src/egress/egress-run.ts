/** Kinds of egress: the whole room through a browser, a participant, or one track as it is. */
export const EGRESS_KINDS = ['room', 'participant', 'track'] as const;

export type EgressKind = (typeof EGRESS_KINDS)[number];

/** States of an egress, as LiveKit names them, without EGRESS_. */
export type EgressState =
  | 'starting'
  | 'active'
  | 'ending'
  | 'complete'
  | 'failed'
  | 'aborted'
  | 'limit_reached';

/** State of an egress, as the API shows it. */
export interface EgressStatus {
  egressId: string;
  state: EgressState;
  /** Text of the service; null: none. */
  error: string | null;
  details: string | null;
  /** Name of the file as egress reports it; null: none yet. */
  file: string | null;
}

/** Source of a recording, and its file. */
export interface EgressSource {
  room: string;
  kind: EgressKind;
  /** Identity of the recorded participant, or SID of the track; null: the whole room. */
  of: string | null;
  /** Kinds of tracks that the recording should have. */
  tracks: readonly ('audio' | 'video')[];
  /** Path that egress is asked to write. */
  path: string;
}

/** An egress from its request to its end. Times are ms since 1970, by the clock of this host. */
export interface EgressRun {
  source: EgressSource;
  egressId: string | null;
  requestedAtMs: number;
  /** First seen as active, and when the stop was called; null: never. */
  activeAtMs: number | null;
  stoppedAtMs: number | null;
  /** First seen as over, or the request was refused. */
  endedAtMs: number | null;
  /** null: the request was refused. */
  state: EgressState | null;
  error: string | null;
  details: string | null;
  file: string | null;
}

/** Where egress is asked, and followed. All calls throw ApiRejection. */
export interface EgressApi {
  start(source: EgressSource): Promise<EgressStatus>;
  /** @returns null: the server does not know it */
  read(egressId: string): Promise<EgressStatus | null>;
  stop(egressId: string): Promise<void>;
}

const OVER: ReadonlySet<EgressState> = new Set(['complete', 'failed', 'aborted', 'limit_reached']);

export const isOver = (state: EgressState): boolean => OVER.has(state);
