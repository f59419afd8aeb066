import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audioLevel, PACKETS_PER_SECOND, readOggOpus } from '@livekit-swarm/media';
import { ffmpeg } from './tool.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 960;
const SECONDS = 8;
/** Samples that the encoder holds back, as for the speech. */
const LOOK_AHEAD = 312;
const SAMPLES = SECONDS * SAMPLE_RATE - LOOK_AHEAD;
const STEP = SAMPLE_RATE / 4;
/** Chords, semitones from A (220 Hz): four of two seconds each. */
const CHORDS = [
  [0, 3, 7, 12],
  [-4, 0, 3, 8],
  [-9, -5, 3, 7],
  [-2, 2, 5, 10],
] as const;

const frequency = (semitones: number): number => 220 * 2 ** (semitones / 12);

/**
 * Pseudo-random value between -1 and 1 by index: `Math.random` would give another clip each time.
 */
const noise = (index: number): number => {
  const value = Math.sin(index * 12.9898) * 43_758.5453;
  return 2 * (value - Math.floor(value)) - 1;
};

/** Sound of a plucked string: harmonics that fade, higher ones faster. */
const pluck = (hertz: number, second: number): number => {
  let sum = 0;
  for (let harmonic = 1; harmonic <= 6; harmonic += 1)
    sum +=
      (Math.sin(2 * Math.PI * hertz * harmonic * second) * Math.exp(-3 * harmonic * second)) /
      harmonic;
  return sum;
};

/**
 * Stereo sample: arpeggio that moves between the sides, bass in the middle, hi-hat on the right.
 */
const sampleAt = (index: number): [left: number, right: number] => {
  const chord = CHORDS[Math.floor(index / SAMPLE_RATE / 2) % CHORDS.length] ?? CHORDS[0];
  const step = Math.floor(index / STEP);
  const second = (index % STEP) / SAMPLE_RATE;
  const note = 0.35 * pluck(frequency((chord[step % chord.length] ?? 0) + 12), second);
  const bass = 0.2 * Math.sin(2 * Math.PI * frequency(chord[0] - 24) * (index / SAMPLE_RATE));
  const hat = 0.12 * noise(index) * Math.exp(-30 * second);
  const pan = (1 + Math.sin(step)) / 2;
  return [note * pan + bass, note * (1 - pan) + bass + hat];
};

const synthesize = (): Int16Array => {
  const samples = new Int16Array(SAMPLES * 2);
  for (let index = 0; index < SAMPLES; index += 1) {
    const fade = Math.min(1, index / 240, (SAMPLES - index) / 480);
    for (const [ear, value] of sampleAt(index).entries())
      samples[index * 2 + ear] = Math.round(32_767 * fade * Math.max(-1, Math.min(1, value)));
  }
  return samples;
};

/**
 * Makes synthesised stereo music as Opus with a constant bit rate (bit/s), and the level of each
 * packet; `work` is for intermediate files.
 * @throws Error when the result has another length or bit rate
 */
export const makeMusic = (
  bitrate: number,
  work: string,
): { opus: Uint8Array; levels: Uint8Array } => {
  const [pcm, opus] = [join(work, 'music.pcm'), join(work, `music-${bitrate}.opus`)];
  const samples = synthesize();
  writeFileSync(pcm, samples);
  const encoder = ['-c:a', 'libopus', '-application', 'audio', '-frame_duration', '20'];
  const rate = ['-vbr', 'off', '-b:a', `${bitrate}`];
  const plain = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact'];
  const raw = ['-f', 's16le', '-ar', `${SAMPLE_RATE}`, '-ac', '2'];
  ffmpeg(...raw, '-i', pcm, ...encoder, ...rate, ...plain, opus);
  const file = readFileSync(opus);
  const { channels, packets } = readOggOpus(file);
  const bits = packets.reduce((sum, { data }) => sum + data.length * 8, 0) / SECONDS;
  if (channels !== 2 || packets.length !== SECONDS * PACKETS_PER_SECOND || bits !== bitrate)
    throw new Error(
      `music of ${bitrate} bit/s became ${packets.length} packets with ${bits} bit/s`,
    );
  const levels = Uint8Array.from(packets, (_, frame) =>
    audioLevel(samples.subarray(frame * FRAME_SAMPLES * 2, (frame + 1) * FRAME_SAMPLES * 2)),
  );
  return { opus: file, levels };
};
