import { expect, test } from 'vitest';
import { isVoice, VoiceDetector } from './voice-detector.ts';
import type { Voice } from './voice-part.ts';

const PIECE_MS = 10;

/** Reports on pieces of audio: a letter for each, v with voice. */
const reportsOn = (pieces: string): { began: number[]; ended: Voice[] } => {
  const began: number[] = [];
  const ended: Voice[] = [];
  const detector = new VoiceDetector(
    (at) => began.push(at),
    (voice) => ended.push(voice),
  );
  for (const [index, piece] of [...pieces].entries())
    detector.take(piece === 'v', index * PIECE_MS);
  return { began, ended };
};

const tone = (dBov: number, fullScale: number): number[] =>
  // A sine has 3 dB less than its peak.
  Array.from(
    { length: 160 },
    (_, index) => fullScale * Math.SQRT2 * 10 ** (dBov / 20) * Math.sin((index * Math.PI) / 8),
  );

test('voice begins with its first piece, and ends with its last, 200 ms later', () => {
  expect(reportsOn(`..vvv${'.'.repeat(19)}`)).toEqual({ began: [20], ended: [] });
  expect(reportsOn(`..vvv${'.'.repeat(20)}`)).toEqual({
    began: [20],
    ended: [{ from: 20, to: 40 }],
  });
});

test('a pause of less than 200 ms belongs to the voice', () => {
  const { began, ended } = reportsOn(`v${'.'.repeat(19)}v${'.'.repeat(30)}`);
  expect(began).toEqual([0]);
  expect(ended).toEqual([{ from: 0, to: 200 }]);
});

test('voice that is heard until its track ends has ended', () => {
  const ended: Voice[] = [];
  const detector = new VoiceDetector(
    () => {},
    (voice) => ended.push(voice),
  );
  detector.take(true, 5);
  detector.end();
  detector.end();
  expect(ended).toEqual([{ from: 5, to: 5 }]);
});

test.each([1, 32_768])('voice is louder than -45 dBov, of a full scale of %i', (fullScale) => {
  expect(isVoice(tone(-46, fullScale), fullScale)).toBe(false);
  expect(isVoice(tone(-44, fullScale), fullScale)).toBe(true);
  expect(isVoice([], fullScale)).toBe(false);
});
