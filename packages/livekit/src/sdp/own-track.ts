import { randomInt } from 'node:crypto';
import type { Codec, MediaKind, Rid } from '../media-plane.ts';

/** A track that a participant publishes, as its owner describes it. */
export interface TrackSpec {
  /** Client id of the track, in signalling and, as the second word of the msid, in SDP. */
  cid: string;
  kind: MediaKind;
  /** Source of a video. Default: camera. */
  source?: 'camera' | 'screen';
  codec: Codec;
  /** Audio with two channels. Default: one. */
  stereo?: true;
  /** Audio that stops sending packets in pauses. Default: it does not. */
  dtx?: true;
  /** Published, but not sent at present. */
  muted?: true;
  /** End-to-end encryption of its frames. Default: none. */
  encrypted?: boolean;
  /** Capture time in video frames (livekit-client: `frameMetadata`). Default: none. */
  frameMetadata?: boolean;
  /** Layers from small to large: one for audio and plain video, more for simulcast. */
  layers: LayerSpec[];
  /** Layers inside the one stream of VP9 and AV1, from small to large. */
  spatialLayers?: LayerSpec[];
}

export interface LayerSpec {
  /** Width, pixels; 0 for audio. */
  width: number;
  height: number;
  /** Average bit rate, bits/s. */
  bitrate: number;
}

/** A track with the values that SDP needs: rids and SSRCs of its layers. */
export interface OwnTrack extends Omit<TrackSpec, 'layers'> {
  layers: OwnLayer[];
}

export interface OwnLayer extends LayerSpec {
  /**
   * Restriction id (RFC 8852); null when the track has one layer, which is declared by its SSRC.
   */
  rid: Rid | null;
  ssrc: number;
  rtxSsrc: number | null;
}

/** Rids in LiveKit's order: one layer is `q`, two are `q` and `h`, three `q`, `h` and `f`. */
const RIDS: readonly Rid[] = ['q', 'h', 'f'];

/**
 * SSRCs used by this process: some receivers would merge two streams with equal SSRCs in one room
 * (RFC 3550 §8.1 leaves uniqueness to chance).
 */
const taken = new Set<number>();

const freshSsrc = (): number => {
  for (;;) {
    const ssrc = randomInt(1, 0xffff_ffff);
    if (taken.has(ssrc)) continue;
    taken.add(ssrc);
    return ssrc;
  }
};

/** Gives a track new SSRCs, once per PeerConnection and so again after a full reconnect. */
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
