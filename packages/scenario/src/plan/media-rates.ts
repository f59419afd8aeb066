import { RESOLUTIONS } from '../resolution.ts';
import type { Layout } from '../role-keys/layout.ts';
import { tileSize } from '../role-keys/layout.ts';
import type { Resolution, TrackPlan, VideoCodec } from '../track-plan.ts';
import { layerRate } from './video-rates.ts';

type Video = Extract<TrackPlan, { kind: 'video' }>;

/** Packets and bits per second. */
export interface Rate {
  packets: number;
  /** Bits of RTP payload, or of data messages. */
  bits: number;
  /** Bits of their headers on the wire. */
  headerBits: number;
}
type Contents = Omit<Rate, 'headerBits'>;

/** Rate of Opus with 20 ms frames. */
const SPEECH: Contents = { packets: 50, bits: 34_000 };
/** Rate with DTX: packets of speech, and a few in its pauses. */
const SPEECH_WITH_DTX: Contents = { packets: 27.9, bits: 17_090 };

/** Rate of a participant that takes turns and does not speak: three bytes per packet. */
const SILENCE: Contents = { packets: 50, bits: 1_200 };

/**
 * Rates of three layers in one stream: all of them, as the publisher sends them, and the part that
 * a subscriber to each layer receives (L3T3_KEY: the layer, and keyframes of those below).
 */
const LAYERED: Partial<Record<VideoCodec, { sent: Contents; received: readonly Contents[] }>> = {
  vp9: {
    sent: { packets: 230, bits: 1_716_000 },
    received: [
      { packets: 31, bits: 152_000 },
      { packets: 64, bits: 439_000 },
      { packets: 139, bits: 1_149_000 },
    ],
  },
  av1: {
    sent: { packets: 237, bits: 1_744_000 },
    received: [
      { packets: 30, bits: 109_500 },
      { packets: 58.8, bits: 408_600 },
      { packets: 150, bits: 1_236_000 },
    ],
  },
};
const NOTHING: Contents = { packets: 0, bits: 0 };
const LAYERED_SIZES: readonly Resolution[] = ['180p', '360p', '720p'];

/**
 * Overhead of every RTP packet, bytes: IPv4 20, UDP 8, RTP header 12 (RFC 3550), authentication tag
 * of AES-GCM 16 (RFC 7714).
 */
const RTP_BYTES = 56;
/**
 * Header extensions (RFC 8285), bytes: capture time, audio level or transport-wide number of
 * participants; livekit-server also sends the send time in video.
 */
const EXTENSION_BYTES = { up: { audio: 16, video: 16 }, down: { audio: 16, video: 20 } };
/** Payload descriptor, which clips do not contain (RFC 7741 §4.2), bytes. */
const VP8_DESCRIPTOR_BYTES = 4;
/** Dependency descriptor of most packets (AV1 RTP specification, appendix A), bytes. */
const DEPENDENCY_DESCRIPTOR_BYTES = 4;

/** Rate on the wire, bit/s. */
export const wireBits = ({ bits, headerBits }: Rate): number => bits + headerBits;

const withHeaders = (
  { packets, bits }: Contents,
  track: TrackPlan,
  direction: 'up' | 'down',
): Rate => {
  const codec = track.kind === 'audio' ? 'opus' : track.codec;
  const ofCodec =
    codec === 'vp8'
      ? VP8_DESCRIPTOR_BYTES
      : codec === 'vp9' || codec === 'av1'
        ? DEPENDENCY_DESCRIPTOR_BYTES
        : 0;
  const bytes = RTP_BYTES + EXTENSION_BYTES[direction][track.kind] + ofCodec;
  return { packets, bits, headerBits: packets * bytes * 8 };
};

export const ZERO_RATE: Rate = { packets: 0, bits: 0, headerBits: 0 };

export const addRates = (one: Rate, other: Rate, times = 1): Rate => ({
  packets: one.packets + other.packets * times,
  bits: one.bits + other.bits * times,
  headerBits: one.headerBits + other.headerBits * times,
});

/** Rate of a media file that was prepared; null: the track has none. */
const ownRate = ({ media }: TrackPlan): Contents | null =>
  media?.clip === undefined ? null : { packets: media.clip.packets, bits: media.clip.bits };

/**
 * Sizes in which a track is sent, lowest first. With simulcast, those of livekit-client: of a
 * camera three from 540p on and two at 360p; of a screen 720p and 1080p.
 */
export const layersOf = ({ source, resolution, simulcast }: Video): Resolution[] => {
  if (!simulcast || resolution === '180p') return [resolution];
  if (source === 'screen') return resolution === '1080p' ? ['720p', '1080p'] : [resolution];
  return resolution === '360p' ? ['180p', '360p'] : ['180p', '360p', resolution];
};

/** Sizes that the server can forward, lowest first. */
const forwardedSizes = (track: Video): readonly Resolution[] =>
  track.scalabilityMode === undefined ? layersOf(track) : LAYERED_SIZES;

/**
 * Share of a size that suffices, livekit-server's `layerSelectionTolerance`: a layer may be a tenth
 * too small.
 */
const TOLERANCE = 0.9;

/**
 * Layer that the server forwards to a participant with this layout, as an index of the sizes that
 * it can forward: the lowest that fills a tile, or else the highest (livekit-server's
 * `GetQualityForDimension`).
 */
export const layerShown = (track: Video, layout: Layout): number => {
  const layers = forwardedSizes(track);
  if (layout.type !== 'grid') return layers.length - 1;
  const wanted = Math.floor(tileSize(layout.tiles).height * TOLERANCE);
  const found = layers.findIndex((layer) => RESOLUTIONS[layer].height >= wanted);
  return found < 0 ? layers.length - 1 : found;
};

/** Size of a displayed video that a participant with this layout receives. */
export const receivedSize = (
  track: Extract<TrackPlan, { kind: 'video' }>,
  layout: Layout,
): { width: number; height: number } =>
  track.media?.clip ??
  RESOLUTIONS[forwardedSizes(track)[layerShown(track, layout)] ?? track.resolution];

const audioRate = (track: Extract<TrackPlan, { kind: 'audio' }>, isQuiet: boolean): Contents => {
  if (isQuiet) return SILENCE;
  const file = ownRate(track);
  if (file !== null) return file;
  const { music, dtx } = track;
  if (music !== undefined) return { packets: SPEECH.packets, bits: music * 1_000 };
  return dtx === true ? SPEECH_WITH_DTX : SPEECH;
};

/**
 * Rate of a displayed track that a participant with this layout receives.
 * @param isQuiet true if the publisher takes turns, and does not speak
 */
export const receivedRate = (track: TrackPlan, layout: Layout, isQuiet = false): Rate =>
  withHeaders(receivedContents(track, layout, isQuiet), track, 'down');

const receivedContents = (track: TrackPlan, layout: Layout, isQuiet: boolean): Contents => {
  if (track.kind === 'audio') return audioRate(track, isQuiet);
  const file = ownRate(track);
  if (file !== null) return file;
  if (track.scalabilityMode !== undefined)
    return LAYERED[track.codec]?.received[layerShown(track, layout)] ?? NOTHING;
  return layerRate(track, layersOf(track), layerShown(track, layout));
};

/**
 * Rate at which the publisher sends a track: all of an audio track; of a video the layers up to the
 * highest that is subscribed to, once dynacast has paused the others.
 * @param highest index of `layersOf`; null without subscribers
 */
export const sentRate = (track: TrackPlan, highest: number | null, isQuiet = false): Rate =>
  withHeaders(sentContents(track, highest, isQuiet), track, 'up');

const sentContents = (track: TrackPlan, highest: number | null, isQuiet: boolean): Contents => {
  if (track.kind === 'audio') return audioRate(track, isQuiet);
  if (highest === null) return ZERO_RATE;
  const file = ownRate(track);
  if (file !== null) return file;
  if (track.scalabilityMode !== undefined) return LAYERED[track.codec]?.sent ?? NOTHING;
  const layers = layersOf(track);
  return layers
    .slice(0, highest + 1)
    .map((_, layer) => layerRate(track, layers, layer))
    .reduce((sum, { packets, bits }) => ({
      packets: sum.packets + packets,
      bits: sum.bits + bits,
    }));
};
