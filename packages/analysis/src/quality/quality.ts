/** What a subscriber received of one audio track. */
export interface AudioMeasurements {
  /** Packet loss after recovery, 0 … 1. */
  loss: number;
  /** Mouth to ear, one way, ms: network, jitter buffer and the frame itself. */
  delayMs: number;
  /** Whether lost packets could be rebuilt from later ones (Opus in-band FEC, RED). */
  fec?: boolean;
}

/** R of a call with nothing wrong (ITU-T G.107, all parameters at their defaults). */
const BEST = 93.2;
/** Equipment impairment of Opus at the rates calls use: none that listeners notice. */
const OPUS_IE = 0;
/**
 * Robustness against loss, Bpl. ITU-T G.113 tabulates 19 for G.729A and 25.1 for G.711 with concealment, but not Opus: 10 without and 20 with
 * redundancy are the cautious values that WebRTC scoring libraries use.
 */
const OPUS_BPL = { plain: 10, redundant: 20 } as const;

/**
 * The E-model (ITU-T G.107): how listeners would rate the audio, 1 (bad) to 4.4. Delay counts through Idd alone: echo cancellers are taken to be perfect,
 * and losses to come one by one (BurstR = 1).
 */
export const audioQuality = ({ loss, delayMs, fec = false }: AudioMeasurements): number => {
  const percent = Math.min(1, Math.max(0, loss)) * 100;
  const robustness = fec ? OPUS_BPL.redundant : OPUS_BPL.plain;
  // Ie,eff: G.107 (7-29).
  const effective = OPUS_IE + ((95 - OPUS_IE) * percent) / (percent + robustness);
  return opinionOf(BEST - delayImpairment(Math.max(0, delayMs)) - effective);
};

/** Idd: G.107 (7-27, 7-28). Nothing below 100 ms. */
const delayImpairment = (delayMs: number): number => {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
};

/** The mean opinion score of a rating R: G.107 Annex B. */
const opinionOf = (r: number): number => {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return clampScore(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
};

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

/** Scores are mean opinion scores (ITU-T P.800.1): 1 bad, 2 poor, 3 fair, 4 good, 5 excellent. */
export const clampScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(5, Math.max(1, score)) : 1;

/**
 * The quality of one participant: the lowest score of its tracks, since good audio does not make up
 * for frozen video. Undefined without tracks.
 */
export const participantQuality = (scores: readonly number[]): number | undefined =>
  scores.length === 0
    ? undefined
    : scores.reduce((worst, score) => Math.min(worst, clampScore(score)), 5);
