import {
  Encryption_Type,
  type ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  type TrackInfo,
  TrackType,
} from '@livekit/protocol';
import type { MediaKind } from '../media-plane.ts';

/** A track of a remote participant, as the server describes it. */
export interface RemoteTrack {
  sid: string;
  kind: MediaKind;
  /** Name of the codec: `opus`, `vp8`, `h264`, …; empty until the server knows it. */
  codec: string;
  /** Number of the protocol's TrackSource: `microphone`, `camera`, `screen_share`, … */
  source: number;
  identity: string;
  participantSid: string;
  /** True if its publisher is a voice agent. */
  ofAgent: boolean;
  /** Present if ingress publishes it. */
  ofIngress?: true;
  width: number;
  height: number;
  muted: boolean;
  /**
   * End-to-end encryption, as its publisher declares it: a receiver decrypts the track when true.
   */
  encrypted: boolean;
}

/** A voice agent in the room. */
export interface RemoteAgent {
  identity: string;
  /** True if it publishes audio. */
  hasAudio: boolean;
  /** Value of its attribute `lk.agent.state`; null: it sets none. */
  state: string | null;
}

/** Attribute with which the SDK of agents announces the state of an agent. */
export const AGENT_STATE = 'lk.agent.state';

/** A remote participant. */
interface Remote {
  /** Sid of its present session: a reconnect gives it another. */
  sid: string;
  isAgent: boolean;
  /** Attribute of an agent; null: it sets none. */
  agentState: string | null;
  /** Tracks of its present session, and those of earlier ones that it has not replaced yet. */
  tracks: Set<string>;
}

export interface RoomChanges {
  added: RemoteTrack[];
  removed: RemoteTrack[];
  muted: RemoteTrack[];
}

/**
 * Number of unpublished tracks that are kept for the results: more would fill the memory of a
 * worker during days of churn.
 */
const MAX_ENDED = 4_096;

/**
 * Remote participants and their tracks from the server's updates, in the order in which tracks
 * appeared.
 */
export class RoomView {
  /** Bytes that the server appends to its own frames; empty before the first JoinResponse. */
  serverTrailer: Uint8Array = new Uint8Array();
  readonly #tracks = new Map<string, RemoteTrack>();
  /** Participants by their identities. */
  readonly #participants = new Map<string, Remote>();
  /** Tracks that are no longer published, in the order in which they ended. */
  readonly #ended = new Map<string, RemoteTrack>();

  /** Identities that disappeared as planned, which the server does not know yet. */
  readonly #disappeared = new Set<string>();

  /** @param own sid of the participant itself, whose own tracks are not remote */
  apply(participants: readonly ParticipantInfo[], own: string): RoomChanges {
    const changes: RoomChanges = { added: [], removed: [], muted: [] };
    for (const participant of participants) {
      if (participant.sid !== own && participant.sid !== '') this.#applyOne(participant, changes);
    }
    return changes;
  }

  /** Removes all participants, before the JoinResponse lists them again. */
  reset(): void {
    for (const track of this.#tracks.values()) this.#end(track);
    this.#participants.clear();
  }

  track(sid: string): RemoteTrack | undefined {
    return this.#tracks.get(sid) ?? this.#ended.get(sid);
  }

  /** Returns true when the publisher of a track deliberately sends nothing now. */
  isSilent(sid: string): boolean {
    const track = this.track(sid);
    return track !== undefined && (track.muted || this.#disappeared.has(track.identity));
  }

  setDisappeared(identity: string): void {
    this.#disappeared.add(identity);
  }

  get tracks(): Iterable<RemoteTrack> {
    return this.#tracks.values();
  }

  /**
   * Identity of a participant sid; undefined for the participant itself, and for those that left.
   */
  identityOf(participantSid: string): string | undefined {
    for (const [identity, { sid }] of this.#participants)
      if (sid === participantSid) return identity;
    return undefined;
  }

  /** Identities of all remote participants, whether they publish or not. */
  get others(): string[] {
    return [...this.#participants.keys()];
  }

  /** Identities of the voice agents in the room. */
  get agents(): string[] {
    return this.remoteAgents.map(({ identity }) => identity);
  }

  /** The voice agents in the room, known by their kind. */
  get remoteAgents(): RemoteAgent[] {
    return [...this.#participants]
      .filter(([, { isAgent }]) => isAgent)
      .map(([identity, { agentState, tracks }]) => ({
        identity,
        hasAudio: [...tracks].some((sid) => this.#tracks.get(sid)?.kind === 'audio'),
        state: agentState,
      }));
  }

  #applyOne(participant: ParticipantInfo, changes: RoomChanges): void {
    const { sid: session, identity } = participant;
    const gone = participant.state === ParticipantInfo_State.DISCONNECTED;
    const before = this.#participants.get(identity);
    // A session that the participant has replaced, or that was not known.
    if (gone && before?.sid !== session) return;
    const isAgent = participant.kind === ParticipantInfo_Kind.AGENT;
    const now = new Set<string>();
    for (const info of gone ? [] : participant.tracks) {
      const kind =
        info.type === TrackType.AUDIO ? 'audio' : info.type === TrackType.VIDEO ? 'video' : null;
      if (kind === null) continue;
      now.add(info.sid);
      const known = this.#tracks.get(info.sid);
      const track: RemoteTrack = {
        sid: info.sid,
        kind,
        codec: codecOf(info),
        source: info.source,
        identity,
        participantSid: session,
        ofAgent: isAgent,
        ...(participant.kind === ParticipantInfo_Kind.INGRESS && { ofIngress: true as const }),
        width: info.width,
        height: info.height,
        muted: info.muted,
        encrypted: info.encryption !== Encryption_Type.NONE,
      };
      this.#tracks.set(info.sid, track);
      this.#ended.delete(info.sid);
      if (known === undefined) changes.added.push(track);
      else if (known.muted !== track.muted) changes.muted.push(track);
    }
    const kept: string[] = [];
    for (const sid of before?.tracks ?? []) {
      const track = this.#tracks.get(sid);
      if (now.has(sid) || track === undefined) continue;
      if (!gone && track.participantSid !== session && !this.#isReplaced(track, now)) {
        kept.push(sid);
        continue;
      }
      this.#end(track);
      changes.removed.push(track);
    }
    for (const sid of kept) now.add(sid);
    if (gone) this.#participants.delete(identity);
    else {
      const agentState = participant.attributes[AGENT_STATE] ?? null;
      this.#participants.set(identity, { sid: session, isAgent, agentState, tracks: now });
    }
  }

  /**
   * Returns true when one of the present tracks is the same publication as one of an earlier session.
   * The server reports no end of that session, and until its publications are there again, they are
   * missing rather than unpublished.
   */
  #isReplaced({ kind, source }: RemoteTrack, now: ReadonlySet<string>): boolean {
    return [...now].some((sid) => {
      const one = this.#tracks.get(sid);
      return one?.kind === kind && one.source === source;
    });
  }

  #end(track: RemoteTrack): void {
    this.#tracks.delete(track.sid);
    this.#ended.set(track.sid, track);
    const [oldest] = this.#ended.size > MAX_ENDED ? this.#ended.keys() : [];
    if (oldest !== undefined) this.#ended.delete(oldest);
  }
}

/** Codec of a track, from `audio/opus` or `video/VP8`; the main codec comes first. */
const codecOf = ({ codecs, mimeType }: TrackInfo): string =>
  (codecs[0]?.mimeType || mimeType).split('/').at(-1)?.toLowerCase() ?? '';
