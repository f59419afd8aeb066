import { tileSize } from '../layout.ts';
import { RESOLUTIONS } from '../resolution.ts';
import type { Layout, Resolution, TrackPlan, VideoCodec } from '../role-spec.ts';

/** Packets and bits per second. */
export interface Rate {
  packets: number;
  /** Of RTP payload. */
  bits: number;
}

/** Opus with 20 ms frames. */
const AUDIO: Rate = { packets: 50, bits: 34_000 };

/** What the clips hold, lowest first, within a percent (a test compares them): packets per second and kbit/s. */
const VIDEO: Record<VideoCodec, Record<Resolution, [packets: number, kilobits: number]>> = {
  vp8: {
    '180p': [23, 162],
    '360p': [62, 458],
    '540p': [100, 815],
    '720p': [202, 1_730],
    '1080p': [347, 3_060],
  },
  h264: {
    '180p': [22, 159],
    '360p': [60, 447],
    '540p': [101.5, 811],
    '720p': [204, 1_734],
    '1080p': [345, 3_052],
  },
};

/** Around every RTP payload: IPv4 20, UDP 8, RTP header 12 and extensions 16 (RFC 3550, 8285), authentication tag of AES-GCM 16 (RFC 7714). */
const OVERHEAD_BYTES = 72;

/** Bits per second on the wire. */
export const wireBits = ({ packets, bits }: Rate): number => bits + packets * OVERHEAD_BYTES * 8;

export const ZERO_RATE: Rate = { packets: 0, bits: 0 };

export const addRates = (one: Rate, other: Rate, times = 1): Rate => ({
  packets: one.packets + other.packets * times,
  bits: one.bits + other.bits * times,
});

const videoRate = (codec: VideoCodec, resolution: Resolution): Rate => {
  const [packets, kilobits] = VIDEO[codec][resolution];
  return { packets, bits: kilobits * 1_000 };
};

/** The sizes that a track is sent in, lowest first: with simulcast what livekit-client publishes, three from 540p on and two at 360p. */
export const layersOf = ({
  resolution,
  simulcast,
}: Extract<TrackPlan, { kind: 'video' }>): Resolution[] => {
  if (!simulcast || resolution === '180p') return [resolution];
  return resolution === '360p' ? ['180p', '360p'] : ['180p', '360p', resolution];
};

/** livekit-server's `layerSelectionTolerance`: a layer that is a tenth too small will do. */
const TOLERANCE = 0.9;

/**
 * The layer that the server forwards to a participant with this layout, as an index of `layersOf`: the lowest that fills a tile, else the highest
 * (livekit-server's `GetQualityForDimension`).
 */
export const layerShown = (
  track: Extract<TrackPlan, { kind: 'video' }>,
  layout: Layout,
): number => {
  const layers = layersOf(track);
  if (layout.type !== 'grid') return layers.length - 1;
  const wanted = Math.floor(tileSize(layout.tiles).height * TOLERANCE);
  const found = layers.findIndex((layer) => RESOLUTIONS[layer].height >= wanted);
  return found < 0 ? layers.length - 1 : found;
};

/** What a receiver with this layout gets of a track that is on its screen. */
export const receivedRate = (track: TrackPlan, layout: Layout): Rate => {
  if (track.kind === 'audio') return AUDIO;
  const layer = layersOf(track)[layerShown(track, layout)];
  return layer === undefined ? ZERO_RATE : videoRate(track.codec, layer);
};

/**
 * What the publisher of a track sends: audio always; of video the layers up to the highest that is subscribed to, once dynacast has paused the others.
 * @param highest index of `layersOf`, or null without subscribers
 */
export const sentRate = (track: TrackPlan, highest: number | null): Rate => {
  if (track.kind === 'audio') return AUDIO;
  if (highest === null) return ZERO_RATE;
  return layersOf(track)
    .slice(0, highest + 1)
    .reduce((sum, layer) => addRates(sum, videoRate(track.codec, layer)), ZERO_RATE);
};
