import { clampScore } from './score.ts';

/** What a subscriber received of one video track. */
export interface VideoMeasurements {
  bitsPerSecond: number;
  /** Frames shown per second; freezes lower it. */
  framesPerSecond: number;
  /** Packet loss after recovery, 0 … 1. */
  loss: number;
  width: number;
  height: number;
}

/** ITU-T G.1070, video coefficients for H.264, VGA on a 9.2-inch screen. */
const V = {
  v1: 5.517,
  v2: 0.0129,
  v3: 3.459,
  v4: 178.53,
  v5: 1.02,
  v6: 1.15,
  v7: 0.000355,
  v8: 0.114,
  v9: 513.77,
  v10: 0.736,
  v11: -6.451,
  v12: 13.684,
} as const;

/** Any loss at all is then all that there is to see. */
const LEAST_ROBUSTNESS = 1e-3;

const VGA_PIXELS = 640 * 480;
/** Twice the pixels need less than twice the bits for the same impression: 2^0.75, the encoders' rule of thumb (B. Waggoner, Compression for Great Video). */
const BITS_BY_PIXELS = 0.75;

/**
 * The video part of ITU-T G.1070 (video telephony): how viewers would rate the video, 1 (bad) to 4.5, from bit rate, frame rate and loss, which is all that
 * a client's statistics hold; P.1203 and P.1204 are for streaming without loss, and pixel-based models need the pictures.
 *
 * The coefficients are those of VGA. Other sizes are taken as VGA at the bit rate that looks alike: beyond what the Recommendation was verified for, so compare
 * scores of the same size rather than across sizes.
 */
export const videoQuality = (seen: VideoMeasurements): number => {
  const pixels = seen.width * seen.height;
  if (!(pixels > 0) || !(seen.framesPerSecond > 0) || !(seen.bitsPerSecond > 0)) return 1;
  const kbps = seen.bitsPerSecond / 1_000 / (pixels / VGA_PIXELS) ** BITS_BY_PIXELS;
  const fps = Math.min(30, seen.framesPerSecond);
  const bestRate = Math.min(30, Math.max(1, V.v1 + V.v2 * kbps));
  const atBestRate = V.v3 - V.v3 / (1 + (kbps / V.v4) ** V.v5);
  const tolerance = V.v6 + V.v7 * kbps;
  const coding =
    atBestRate * Math.exp(-((Math.log(fps) - Math.log(bestRate)) ** 2) / (2 * tolerance ** 2));
  // Below a frame in some seconds, where the model was never meant to go, v11 takes it below 0, and loss would make the picture better.
  const robustness = Math.max(
    LEAST_ROBUSTNESS,
    V.v10 + V.v11 * Math.exp(-fps / V.v8) + V.v12 * Math.exp(-kbps / V.v9),
  );
  const percent = Math.min(1, Math.max(0, seen.loss)) * 100;
  return clampScore(1 + coding * Math.exp(-percent / robustness));
};
