import { expect, test } from 'vitest';
import { audioLevel } from './audio-level.ts';

const square = (amplitude: number): Int16Array =>
  Int16Array.from({ length: 960 }, (_, index) => (index % 2 === 0 ? amplitude : -amplitude));

test('a square wave at full scale is the loudest there is', () => {
  expect(audioLevel(square(32_767))).toBe(0);
});

test('a tenth of the amplitude is 20 dB less', () => {
  expect(audioLevel(square(3277))).toBe(20);
});

test('a full sine is 3 dB below a full square wave', () => {
  expect(
    audioLevel(
      Int16Array.from({ length: 960 }, (_, index) => 32_767 * Math.sin((2 * Math.PI * index) / 48)),
    ),
  ).toBe(3);
});

test('silence and an empty frame are 127; the quietest sound is louder than silence', () => {
  expect(audioLevel(new Int16Array(960))).toBe(127);
  expect(audioLevel(new Int16Array(0))).toBe(127);
  expect(audioLevel(square(1))).toBe(90);
});
