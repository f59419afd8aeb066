import type {
  MediaKind,
  MediaReceivers,
  ReceiveStream,
  RemoteTrack,
  RoomView,
} from '@livekit-swarm/livekit';
import type { Pump } from '@livekit-swarm/webrtc';
import type { ParticipantKeys } from '../media/participant-keys.ts';
import type { RoomPublishers } from './remote-publishers.ts';
import type { StreamEnds } from './stream-ends.ts';
import type { DownStream, Owner, StreamRegistry } from './stream-registry.ts';

export interface ReceivedStreamsOptions {
  pump: Pump;
  registry: StreamRegistry;
  owner: Owner;
  keys: Pick<ParticipantKeys, 'current'>;
  room: Pick<RoomView, 'track' | 'serverTrailer'>;
  publishers: RoomPublishers;
  ends: StreamEnds;
  /**
   * Report a track that is encrypted although this participant has no key, or the other way round.
   */
  onKeyMismatch(track: RemoteTrack): void;
  /**
   * Report that an expected interruption of a track has ended. Present if received media is
   * watched.
   */
  onSilenceEnds?(trackSid: string): void;
  /**
   * Check whether voice is to be detected in a track; undefined: one that is in no room. Absent: in
   * none.
   */
  listensTo?(track: RemoteTrack | undefined, kind: MediaKind): boolean;
  /** Note that a receiver is about to be removed. */
  onStopped?(receiver: number): void;
}

/** Streams that one participant receives: one for each remote track that is bound to an m-line. */
export class ReceivedStreams implements MediaReceivers {
  readonly #options: ReceivedStreamsOptions;
  readonly #all: DownStream[] = [];
  /** Handles of receivers by `peer mid`, and of remote tracks by sid. */
  readonly #receivers = new Map<string, number>();
  readonly #bySid = new Map<string, number>();

  constructor(options: ReceivedStreamsOptions) {
    this.#options = options;
  }

  /** All streams, ended ones included. */
  get all(): readonly DownStream[] {
    return this.#all;
  }

  receive(peer: number, stream: ReceiveStream): void {
    const { pump, registry, owner, publishers, room, keys, onSilenceEnds } = this.#options;
    const key = keys.current;
    const { kind, mid, trackSid, ssrc, rtxSsrc, payloads, nack, pli, remb, muted } = stream;
    const track = room.track(trackSid);
    const published = track?.codec || (payloads[0]?.codec ?? 'other');
    // Browsers publish Opus within RED (RFC 2198). The server unpacks it for subscribers without
    // RED, such as these.
    const codec = published === 'red' ? 'opus' : published;
    const cohort = registry.cohorts.numberOf({
      labels: { direction: 'down', kind, ...owner, codec },
      ...publishers.ofMedia(track?.identity),
    });
    const handle = pump.addReceiver({
      peer,
      kind,
      mid,
      ...(ssrc !== null && { ssrc }),
      ...(rtxSsrc !== null && { rtxSsrc }),
      payloads: payloads.map(({ rtxPayloadType, ...payload }) => ({
        ...payload,
        ...(rtxPayloadType !== null && { rtxPayloadType }),
      })),
      nack,
      pli,
      remb,
      ...(cohort !== undefined && { cohort }),
    });
    const entry: DownStream = {
      handle,
      peer,
      owner,
      kind,
      codec,
      trackSid,
      silent: muted,
      stats: null,
      taken: null,
      ended: false,
      ...(onSilenceEnds !== undefined && { interruptions: [] }),
    };
    this.#all.push(entry);
    this.#receivers.set(`${peer} ${mid}`, handle);
    this.#bySid.set(trackSid, handle);
    registry.down.set(handle, entry);
    if (muted) pump.setReceiverMuted(handle, true);
    if (this.#options.listensTo?.(track, kind)) pump.listen(handle);
    if (track?.encrypted === true && key !== null)
      pump.setReceiverKeys(handle, key.keyRing, room.serverTrailer);
    else if (track !== undefined && track.encrypted !== (key !== null))
      this.#options.onKeyMismatch(track);
  }

  stopReceiving(peer: number, mid: string): void {
    const { pump, registry, ends } = this.#options;
    const key = `${peer} ${mid}`;
    const handle = this.#receivers.get(key);
    if (handle === undefined) return;
    this.#receivers.delete(key);
    const entry = registry.down.get(handle);
    // No more media is expected: the time until the removal is not an interruption.
    pump.setReceiverMuted(handle, true);
    this.#options.onStopped?.(handle);
    if (entry !== undefined && this.#bySid.get(entry.trackSid) === handle)
      this.#bySid.delete(entry.trackSid);
    ends.afterRead(true, () => {
      if (entry === undefined || entry.ended) return;
      entry.ended = true;
      pump.removeReceiver(handle);
    });
  }

  setMuted(trackSid: string, muted: boolean): void {
    const handle = this.#bySid.get(trackSid);
    if (handle === undefined) return;
    this.#options.pump.setReceiverMuted(handle, muted);
    const entry = this.#options.registry.down.get(handle);
    if (entry === undefined) return;
    if (entry.silent && !muted) this.#options.onSilenceEnds?.(trackSid);
    entry.silent = muted;
  }

  /** Streams of a peer that have not ended. */
  ofPeer(peer: number): DownStream[] {
    return this.#all.filter((stream) => stream.peer === peer && !stream.ended);
  }

  /** Track that a receiver of the pump belongs to. */
  trackOf(receiver: number): RemoteTrack | undefined {
    const sid = this.#options.registry.down.get(receiver)?.trackSid;
    return sid === undefined ? undefined : this.#options.room.track(sid);
  }

  /** Decrypt with the current key of the participant from now on. */
  changeKey(): void {
    const { pump, keys, room } = this.#options;
    const key = keys.current;
    if (key === null) return;
    for (const { handle, trackSid, ended } of this.#all)
      if (!ended && room.track(trackSid)?.encrypted === true)
        pump.setReceiverKeys(handle, key.keyRing, room.serverTrailer);
  }
}
