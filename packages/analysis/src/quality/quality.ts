/** Reception of one audio track by a subscriber. */
export interface AudioMeasurements {
  /** Packet loss after recovery, from 0 to 1. */
  loss: number;
  /** One-way delay from mouth to ear, ms: network, jitter buffer and the length of a frame. */
  delayMs: number;
  /** True if lost packets could be restored from later ones (Opus in-band FEC, RED). */
  fec?: boolean;
}

/** Rating R of a call without impairment (ITU-T G.107, all parameters at their defaults). */
const BEST = 93.2;
/** Equipment impairment of Opus at the bit rates of calls: none that listeners notice. */
const OPUS_IE = 0;
/**
 * Packet-loss robustness factor Bpl. ITU-T G.113 lists 19 for G.729A and 25.1 for G.711 with
 * concealment, but not Opus. The values 10 without and 20 with redundancy are cautious, and usual
 * in libraries for WebRTC scores.
 */
const OPUS_BPL = { plain: 10, redundant: 20 } as const;

/**
 * Estimates how listeners rate audio, from 1 (bad) to 4.4, by the E-model (ITU-T G.107). Delay
 * counts through Idd alone: echo cancellers are assumed to be perfect, and losses to be independent
 * (BurstR = 1).
 */
export const audioQuality = ({ loss, delayMs, fec = false }: AudioMeasurements): number => {
  const percent = Math.min(1, Math.max(0, loss)) * 100;
  const robustness = fec ? OPUS_BPL.redundant : OPUS_BPL.plain;
  // Ie,eff: G.107 (7-29).
  const effective = OPUS_IE + ((95 - OPUS_IE) * percent) / (percent + robustness);
  return opinionOf(BEST - delayImpairment(Math.max(0, delayMs)) - effective);
};

/** Delay impairment Idd by G.107 (7-27, 7-28), zero up to 100 ms. */
const delayImpairment = (delayMs: number): number => {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
};

/** Mean opinion score of a rating R, by G.107 Annex B. */
const opinionOf = (r: number): number => {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return clampScore(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
};

/** Reception of one video track by a subscriber. */
export interface VideoMeasurements {
  bitsPerSecond: number;
  /** Shown frames per second, which freezes lower. */
  framesPerSecond: number;
  /** Packet loss after recovery, from 0 to 1. */
  loss: number;
  width: number;
  height: number;
}

/** Video coefficients of ITU-T G.1070 for H.264 in VGA on a 9.2-inch screen. */
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

/** Least robustness against loss: with it, any loss yields the lowest score. */
const LEAST_ROBUSTNESS = 1e-3;

const VGA_PIXELS = 640 * 480;
/**
 * Exponent by which the bit rate grows with the number of pixels at equal visual quality: twice the
 * pixels need 2^0.75 times the bits, a rule of thumb for encoders (B. Waggoner, Compression for
 * Great Video).
 */
const BITS_BY_PIXELS = 0.75;

/**
 * Estimates how viewers rate video, from 1 (bad) to 4.5, by the video part of ITU-T G.1070 (video
 * telephony). It needs bit rate, frame rate and loss, which is all that client statistics contain;
 * P.1203 and P.1204 are for streaming without loss, and pixel-based models need the frames.
 *
 * The coefficients are those of VGA. Other sizes are evaluated as VGA at the bit rate of equal
 * visual quality. The Recommendation was not verified for this, so compare scores only at the same
 * size.
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
  // At less than one frame in several seconds, outside of the model's range, v11 makes the
  // robustness negative, and loss would raise the score.
  const robustness = Math.max(
    LEAST_ROBUSTNESS,
    V.v10 + V.v11 * Math.exp(-fps / V.v8) + V.v12 * Math.exp(-kbps / V.v9),
  );
  const percent = Math.min(1, Math.max(0, seen.loss)) * 100;
  return clampScore(1 + coding * Math.exp(-percent / robustness));
};

/**
 * Limits a mean opinion score to its range (ITU-T P.800.1): 1 bad, 2 poor, 3 fair, 4 good, 5
 * excellent.
 */
export const clampScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(5, Math.max(1, score)) : 1;

/**
 * Quality of one participant: the lowest score of its tracks, because good audio does not
 * compensate for frozen video; undefined without tracks.
 */
export const participantQuality = (scores: readonly number[]): number | undefined =>
  scores.length === 0
    ? undefined
    : scores.reduce((worst, score) => Math.min(worst, clampScore(score)), 5);
