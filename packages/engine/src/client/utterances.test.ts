import { audioLevel } from '@livekit-swarm/media';
import { loadClip, loadSpeechSamples, SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { expect, test } from 'vitest';
import { SENTENCES } from '../voice/sentences.ts';
import { loadUtterances } from './utterances.ts';

const FRAME_SAMPLES = SPEECH_SAMPLE_RATE / 50;
const levelsOf = (samples: Int16Array): number[] =>
  Array.from({ length: samples.length / FRAME_SAMPLES }, (_, frame) =>
    audioLevel(samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)),
  );

test('the decoded speech is the clip that native participants send', () => {
  const { audioLevels } = loadClip('speech');
  const levels = levelsOf(loadSpeechSamples());
  expect(levels).toHaveLength(audioLevels.length);
  // Levels of the clip are from before the encoder, and of twice the bandwidth.
  const isClose = (frame: number, other: number): boolean =>
    Math.abs((levels[frame] ?? 0) - (audioLevels[other] ?? 0)) <= 3;
  const closeAt = (shift: number): number =>
    levels.filter((_, frame) => isClose(frame, (frame + shift) % levels.length)).length;
  expect(closeAt(0)).toBeGreaterThan(0.8 * levels.length);
  expect(closeAt(2)).toBeLessThan(0.6 * levels.length);
});

test('utterances are the sentences of native callers, from the first voice to the last', () => {
  const utterances = loadUtterances();
  expect(utterances).toHaveLength(SENTENCES.length);
  for (const [index, [from, to]] of SENTENCES.entries()) {
    const levels = levelsOf(utterances[index] ?? new Int16Array());
    expect(to - from - levels.length).toBeGreaterThanOrEqual(0);
    expect(to - from - levels.length).toBeLessThan(5);
    for (const level of [levels[0], levels.at(-1)]) expect(level).toBeLessThanOrEqual(45);
  }
});
