import type { MediaSenders, Rid, SendStream } from '@livekit-swarm/livekit';
import type { Pump } from '@livekit-swarm/webrtc';
import type { PublishedTrack } from '../media/clips.ts';
import type { StreamEnds } from './stream-ends.ts';
import type { Owner, StreamRegistry, UpStream } from './stream-registry.ts';

export interface SentStreamsOptions {
  pump: Pump;
  registry: StreamRegistry;
  owner: Owner;
  cname: string;
  /** All tracks of the participant; actions add more during its stay. */
  tracks: readonly PublishedTrack[];
  ends: StreamEnds;
}

/** Streams that one participant sends: one for each layer of a track and each peer. */
export class SentStreams implements MediaSenders {
  readonly #options: SentStreamsOptions;
  readonly #all: UpStream[] = [];
  /** Handles of senders by `cid rid`. */
  readonly #senders = new Map<string, number>();

  constructor(options: SentStreamsOptions) {
    this.#options = options;
  }

  /** All streams, ended ones included. */
  get all(): readonly UpStream[] {
    return this.#all;
  }

  send(peer: number, stream: SendStream): void {
    const { pump, registry, owner, cname } = this.#options;
    const track = this.#track(stream.cid);
    const index = layerIndex(stream.rid);
    const clip = track?.clips[index];
    const lowerClips = track?.lower?.[index];
    const layer = track?.spec.layers[index];
    if (clip === undefined || layer === undefined) return;
    const {
      mid,
      rid,
      ssrc,
      payloadType,
      rtxSsrc,
      rtxPayloadType,
      extensions,
      active,
      kind,
      codec,
      cid,
    } = stream;
    const handle = pump.addSender({
      peer,
      clip,
      ...(lowerClips !== undefined && { lowerClips }),
      mid,
      ...(rid !== null && { rid }),
      ssrc,
      payloadType,
      ...(rtxSsrc !== null && { rtxSsrc }),
      ...(rtxPayloadType !== null && { rtxPayloadType }),
      cname,
      extensions,
      frameMetadata: track?.spec.frameMetadata === true,
      active,
    });
    const { width, height } = layer;
    const counted = { handle, peer, owner, stats: null, taken: null, ended: false };
    const source = kind === 'video' && { source: track?.spec.source ?? 'camera' };
    const entry: UpStream = {
      ...counted,
      kind,
      codec,
      cid,
      ...source,
      layer: rid,
      first: index === 0,
      width,
      height,
    };
    this.#all.push(entry);
    this.#senders.set(`${cid} ${rid}`, handle);
    registry.up.set(handle, entry);
  }

  setSending(cid: string, rid: Rid | null, active: boolean): void {
    const handle = this.#senders.get(`${cid} ${rid}`);
    if (handle !== undefined) this.#options.pump.setSenderActive(handle, active);
  }

  stopSending(cid: string): void {
    const { pump, ends } = this.#options;
    const senders = this.#all.filter((stream) => stream.cid === cid && !stream.ended);
    for (const { handle, layer } of senders) {
      pump.setSenderActive(handle, false);
      this.#senders.delete(`${cid} ${layer}`);
    }
    ends.afterRead(senders.length > 0, () => {
      for (const stream of senders) {
        if (stream.ended) continue;
        stream.ended = true;
        pump.removeSender(stream.handle);
      }
    });
  }

  /** Stop the streams of a peer that is about to close. @returns those streams */
  stopPeer(peer: number): UpStream[] {
    const streams = this.#all.filter((stream) => stream.peer === peer && !stream.ended);
    for (const { handle } of streams) this.#options.pump.setSenderActive(handle, false);
    return streams;
  }

  /** Play an utterance once. @returns false if no track with utterances is sent at present */
  playOnce(number: number): boolean {
    for (const { spec, utterances } of this.#options.tracks) {
      const handle = this.#senders.get(`${spec.cid} null`);
      const clip = utterances?.[number % utterances.length];
      if (handle === undefined || clip === undefined) continue;
      this.#options.pump.playOnce(handle, clip);
      return true;
    }
    return false;
  }

  /** Play the current clip of a track with one layer. */
  playAgain(cid: string): void {
    const [clip] = this.#track(cid)?.clips ?? [];
    const handle = this.#senders.get(`${cid} null`);
    if (clip !== undefined && handle !== undefined) this.#options.pump.setSenderClip(handle, clip);
  }

  /** Play the current clips of all tracks, which are encrypted with another key now. */
  playAllAgain(): void {
    for (const { handle, cid, layer, ended } of this.#all) {
      const clip = this.#track(cid)?.clips[layerIndex(layer)];
      if (!ended && clip !== undefined) this.#options.pump.setSenderClip(handle, clip);
    }
  }

  #track(cid: string): PublishedTrack | undefined {
    return this.#options.tracks.find(({ spec }) => spec.cid === cid);
  }
}

const RID_ORDER: readonly (string | null)[] = ['q', 'h', 'f'] satisfies Rid[];

/** Position of a layer in its track; a track with one layer has no rid. */
const layerIndex = (rid: string | null): number => Math.max(0, RID_ORDER.indexOf(rid));
