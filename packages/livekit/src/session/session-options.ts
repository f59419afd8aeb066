import type { ParticipantInfo, SpeakerInfo } from '@livekit/protocol';
import type { Layout } from '@livekit-swarm/scenario';
import type { DataTracks } from '../data-tracks/data-tracks.ts';
import type { Deployment } from '../deployment.ts';
import type { Failure } from '../failure.ts';
import type { MediaPlane } from '../media-plane.ts';
import type { ReconnectPolicy } from '../reconnect-policy.ts';
import type { TrackSpec } from '../sdp/own-track.ts';
import type { DeparturePoint } from './membership.ts';
import type { PublishRejection } from './permissions.ts';
import type { RoomView } from './room-view.ts';

export interface SessionOptions {
  deployment: Deployment;
  token: string;
  /** Returns deployment and token before each new session. Absent: those above are used. */
  admit?(): Promise<Admitted | Failure>;
  layout: Layout;
  tracks: readonly TrackSpec[];
  sendsData: boolean;
  /** Data tracks that it publishes or receives. Absent: none, and no channel for them. */
  dataTracks?: DataTracks;
  /** Number of expected remote tracks: m-lines for them are offered at once (v1). */
  expectedTracks: { audio: number; video: number };
  /** CNAME of the published streams in SDP and RTCP. */
  cname: string;
  plane: MediaPlane;
  /** Time limit of one attempt to join, resume or reconnect, ms. */
  attemptTimeoutMs: number;
  /** Number of attempts to join. */
  joinAttempts: number;
  /** Point at which the participant departs during the join. Default: it stays. */
  departsBefore?: DeparturePoint;
  /** Reconnect policy. Default: that of livekit-client. */
  policy?: ReconnectPolicy;
  /** View of the room that earlier sessions of the participant have used. Default: a new one. */
  room?: RoomView;
  /**
   * Rejoin policy after a disconnect, unless its reason is final. Absent: the participant stays
   * disconnected.
   */
  rejoin?: ReconnectPolicy;
  /** True when `isMediaExpected` is used: then pauses by the server are observed. */
  watchesMedia?: boolean;
  /** Called with every update of participants, including the local one, once it is applied. */
  onUpdate?(participants: readonly ParticipantInfo[]): void;
  /**
   * Called with the server's speakers; when absent, they are decoded only if the layout needs them.
   */
  onSpeakers?(speakers: readonly SpeakerInfo[]): void;
  onEvent(event: SessionEvent): void;
}

/** Deployment and token of a join. */
export interface Admitted {
  deployment: Deployment;
  token: string;
}

/** Event of a session. Times in Unix ms; attempts count from 1. */
export type SessionEvent =
  | {
      type: 'joined';
      at: number;
      attempt: number;
      startedAt: number;
      /** Time that the attempt waited for its token, ms; null: the token was given. */
      tokenMs: number | null;
      signalAt: number;
      iceAt: number;
      dtlsAt: number;
      node: string;
      backend: string;
      serverVersion: string;
      /** Region of the node, as its configuration names it; empty: none. */
      region: string;
    }
  | { type: 'join_retry' | 'join_failed'; at: number; attempt: number; failure: Failure }
  | { type: 'signal_lost'; at: number; failure: Failure }
  | {
      type: 'resumed' | 'reconnected' | 'rejoined';
      at: number;
      attempt: number;
      durationMs: number;
      node: string;
      backend: string;
    }
  | { type: 'disconnected'; at: number; failure: Failure }
  | { type: 'rejoin_retry'; at: number; attempt: number; durationMs: number; failure: Failure }
  | { type: 'warning'; at: number; reason: string; message: string }
  | ({ type: 'refused'; at: number } & PublishRejection)
  /** The server rejects changes of name, metadata or attributes. */
  | { type: 'metadata_refused'; at: number; message: string }
  /** The server unpublished a local track, because its permission was revoked. */
  | { type: 'unpublished'; at: number; cid: string };
