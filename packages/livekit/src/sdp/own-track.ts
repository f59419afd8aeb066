import { randomInt } from 'node:crypto';
import type { Codec, MediaKind, Rid } from '../media-plane.ts';

/** A track that a participant publishes, as its owner describes it. */
export interface TrackSpec {
  /** Client id: names the track in signalling and, as the msid's second word, in SDP. */
  cid: string;
  kind: MediaKind;
  /** Of a video; default the camera. */
  source?: 'camera' | 'screen';
  codec: Codec;
  /** Of audio: two channels. Default: one. */
  stereo?: true;
  /** Of audio: packets stop in pauses. Default: they do not. */
  dtx?: true;
  /** Published, but not sent for now. */
  muted?: true;
  /** End-to-end: its frames are encrypted. Default: no. */
  encrypted?: boolean;
  /** Video frames carry their capture time (livekit-client: `frameMetadata`). Default: no. */
  frameMetadata?: boolean;
  /** One for audio and plain video, more for simulcast, from small to large. */
  layers: LayerSpec[];
  /** Of VP9 and AV1: the layers in the one stream, from small to large. */
  spatialLayers?: LayerSpec[];
}

export interface LayerSpec {
  /** Pixels; 0 for audio. */
  width: number;
  height: number;
  /** Bits a second on average. */
  bitrate: number;
}

/** The track with what SDP needs: ids of its layers and their SSRCs. */
export interface OwnTrack extends Omit<TrackSpec, 'layers'> {
  layers: OwnLayer[];
}

export interface OwnLayer extends LayerSpec {
  /** Null where there is one layer: then SSRCs are declared instead. */
  rid: Rid | null;
  ssrc: number;
  rtxSsrc: number | null;
}

/** LiveKit's order: every simulcast has `q`, two layers are `q` and `h`, three `q`, `h` and `f`. */
const RIDS: readonly Rid[] = ['q', 'h', 'f'];

/** SSRCs of this process so far: two alike in one room would be one stream to some receivers (RFC 3550 §8.1 leaves it to chance). */
const taken = new Set<number>();

const freshSsrc = (): number => {
  for (;;) {
    const ssrc = randomInt(1, 0xffff_ffff);
    if (taken.has(ssrc)) continue;
    taken.add(ssrc);
    return ssrc;
  }
};

/** Gives a track new SSRCs: once per PeerConnection, so again after a full reconnect. */
export const ownTrack = (spec: TrackSpec): OwnTrack => ({
  ...spec,
  layers: spec.layers.map((layer, index) => ({
    ...layer,
    rid: spec.layers.length > 1 ? (RIDS[index] ?? null) : null,
    ssrc: freshSsrc(),
    rtxSsrc: spec.kind === 'video' ? freshSsrc() : null,
  })),
});

export const releaseSsrcs = (track: OwnTrack): void => {
  for (const { ssrc, rtxSsrc } of track.layers) {
    taken.delete(ssrc);
    if (rtxSsrc !== null) taken.delete(rtxSsrc);
  }
};
