import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { audioClip } from './audio-clip.ts';

const read = (file: string): Uint8Array =>
  readFileSync(new URL(`encoded/${file}`, import.meta.url));
const [opus, levels] = [read('speech.opus'), read('speech.levels')];

test('a cut Ogg file is refused', () => {
  expect(() => audioClip(opus.subarray(0, -1), levels)).toThrow(
    /the Ogg page at byte \d+ is truncated/,
  );
});

test('levels for fewer packets are refused', () => {
  expect(() => audioClip(opus, levels.subarray(1))).toThrow('has 400 packets and 399 audio levels');
});
