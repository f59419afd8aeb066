import type { Writable } from 'node:stream';
import type { Clock } from '@livekit-swarm/livekit';
import { soundsAt } from './marks.ts';

/** Samples per second: mono, 16 bits, little-endian. */
export const SAMPLE_RATE = 48_000;
const SAMPLES_PER_MS = SAMPLE_RATE / 1_000;
/** Audio that is written at once, ms: what a sound card delivers. */
const CHUNK_MS = 20;
const CHUNK_SAMPLES = CHUNK_MS * SAMPLES_PER_MS;
/** Frequency of a mark, Hz: a whole number of periods in a chunk. */
const TONE_HZ = 500;
const TONE_AMPLITUDE = 10_000;
/**
 * Amplitude of the noise between marks: inaudible (-60 dBov), but not silence, for which an encoder
 * would send almost nothing.
 */
const NOISE_AMPLITUDE = 33;

/**
 * Writes live audio with marks until its end is requested.
 * @returns function that stops it
 */
export const feedLiveAudio = (to: Writable, clock: Clock): (() => void) => {
  const startedAt = clock.now();
  let written = 0;
  const timer = setInterval(() => {
    // A late timer writes all that a sound card would have delivered meanwhile.
    while (startedAt + (written + 1) * CHUNK_MS <= clock.now()) {
      // A reader that does not keep up loses audio, as with a sound card.
      if (!to.writableNeedDrain) to.write(chunkAt(startedAt + written * CHUNK_MS));
      written++;
    }
  }, CHUNK_MS / 2);
  return () => clearInterval(timer);
};

const chunkAt = (at: number): Buffer => {
  const samples = new Int16Array(CHUNK_SAMPLES);
  for (let index = 0; index < CHUNK_SAMPLES; index++)
    samples[index] = soundsAt(at + index / SAMPLES_PER_MS)
      ? TONE_AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * index) / SAMPLE_RATE)
      : (Math.random() - 0.5) * 2 * NOISE_AMPLITUDE;
  return Buffer.from(samples.buffer);
};
