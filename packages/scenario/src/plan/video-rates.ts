import type { Resolution, TrackPlan, VideoCodec } from '../track-plan.ts';

/** Packets and bits of RTP payload per second. */
interface Contents {
  packets: number;
  bits: number;
}
type Video = Extract<TrackPlan, { kind: 'video' }>;

/**
 * Rates of the camera clips, lowest first, within one per cent (a test compares them): packets per
 * second and kbit/s.
 */
const VIDEO: Record<
  VideoCodec,
  Partial<Record<Resolution, [packets: number, kilobits: number]>>
> = {
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
  vp9: { '360p': [59.3, 458], '720p': [200, 1_720] },
  av1: { '360p': [57, 447], '720p': [199.5, 1_700] },
};

interface ScreenRate {
  packets: number;
  kilobits: number;
  /** Bit rate while the page scrolls, kbit/s. */
  scrolling: number;
}

/**
 * Rates of the screen clips, as averages over the times in which the page is still and in which it
 * scrolls.
 */
const SCREEN: Partial<Record<VideoCodec, Partial<Record<Resolution, ScreenRate>>>> = {
  vp8: {
    '720p': { packets: 86.9, kilobits: 724, scrolling: 1_485 },
    '1080p': { packets: 139.3, kilobits: 1_222, scrolling: 2_490 },
  },
  h264: {
    '720p': { packets: 76.2, kilobits: 610, scrolling: 1_227 },
    '1080p': { packets: 108.7, kilobits: 908, scrolling: 1_759 },
  },
};

/** RTP payload of a full packet, bits. */
const PAYLOAD_BITS = 1_156 * 8;

const clipRate = ({ codec, source }: Video, resolution: Resolution): Contents => {
  const screen = source === 'screen' ? SCREEN[codec]?.[resolution] : undefined;
  const [packets, kilobits] = VIDEO[codec][resolution] ?? [0, 0];
  return screen === undefined
    ? { packets, bits: kilobits * 1_000 }
    : { packets: screen.packets, bits: screen.kilobits * 1_000 };
};

/**
 * Bit rate of an unchanged clip, bit/s: the mean for a camera, the rate while the page scrolls for
 * a screen.
 */
export const clipBitrate = (track: Video, resolution: Resolution): number => {
  const screen = track.source === 'screen' ? SCREEN[track.codec]?.[resolution] : undefined;
  return screen === undefined ? clipRate(track, resolution).bits : screen.scrolling * 1_000;
};

/**
 * Factor by which a layer's frames are enlarged to reach the requested bit rate.
 * @param layers all layers of the track, lowest first
 */
export const fillOf = (track: Video, layers: readonly Resolution[], layer: number): number => {
  const { bitrates = [] } = track;
  const asked = bitrates[layer - layers.length + bitrates.length];
  const resolution = layers[layer];
  if (asked === undefined || resolution === undefined) return 1;
  return Math.max(1, asked / clipBitrate(track, resolution));
};

/** Rate at which a layer is sent. */
export const layerRate = (track: Video, layers: readonly Resolution[], layer: number): Contents => {
  const resolution = layers[layer];
  if (resolution === undefined) return { packets: 0, bits: 0 };
  const { packets, bits } = clipRate(track, resolution);
  const filled = bits * fillOf(track, layers, layer);
  return { packets: packets + (filled - bits) / PAYLOAD_BITS, bits: filled };
};

/** Bit rate of the highest layer, bit/s: as planned, else that of its clip. */
export const highestBitrate = (video: Video): number =>
  video.bitrates?.at(-1) ?? clipBitrate(video, video.resolution);
