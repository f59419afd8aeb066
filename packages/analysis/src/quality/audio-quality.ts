import { clampScore } from './score.ts';

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
