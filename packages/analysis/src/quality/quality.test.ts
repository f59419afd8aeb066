import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioQuality, participantQuality, videoQuality } from './quality.ts';

const hd = { bitsPerSecond: 1_700_000, framesPerSecond: 30, loss: 0, width: 1280, height: 720 };

describe('audioQuality', () => {
  it('yields the published score of a call without impairment', () => {
    // G.107: R = 93.2 is MOS 4.41.
    expect(audioQuality({ loss: 0, delayMs: 0 })).toBeCloseTo(4.41, 2);
    expect(audioQuality({ loss: 0, delayMs: 100 })).toBeCloseTo(4.41, 2);
  });

  it('agrees with G.107 for long delays', () => {
    // X = 2: Idd = 25 (65^(1/6) - 3 (1 + (2/3)^6)^(1/6) + 2) = 24; R = 69 → 3.6.
    expect(audioQuality({ loss: 0, delayMs: 400 })).toBeGreaterThan(3.4);
    expect(audioQuality({ loss: 0, delayMs: 400 })).toBeLessThan(3.7);
    // G.114: a delay above 400 ms is unacceptable for planning.
    expect(audioQuality({ loss: 0, delayMs: 1_000 })).toBeLessThan(3.1);
  });

  it('falls with loss, more slowly if lost packets are restored', () => {
    expect(audioQuality({ loss: 0.02, delayMs: 50 })).toBeCloseTo(4.0, 0);
    expect(audioQuality({ loss: 0.1, delayMs: 50, fec: true })).toBeGreaterThan(
      audioQuality({ loss: 0.1, delayMs: 50 }),
    );
    expect(audioQuality({ loss: 1, delayMs: 0 })).toBeLessThan(1.2);
  });

  it('never rises with loss or delay, and is a valid score for any input', () => {
    const number = fc.oneof(
      fc.double({ noNaN: false }),
      fc.double({ min: 0, max: 1 }),
      fc.double({ min: 0, max: 3_000 }),
    );
    fc.assert(
      fc.property(number, number, fc.boolean(), (loss, delayMs, fec) => {
        const score = audioQuality({ loss, delayMs, fec });
        expect(score).toBeGreaterThanOrEqual(1);
        expect(score).toBeLessThanOrEqual(5);
      }),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 2_000, noNaN: true }),
        (loss, delayMs) => {
          const score = audioQuality({ loss, delayMs });
          expect(audioQuality({ loss: loss + 0.1, delayMs })).toBeLessThanOrEqual(score + 1e-9);
          expect(audioQuality({ loss, delayMs: delayMs + 100 })).toBeLessThanOrEqual(score + 1e-9);
        },
      ),
    );
  });
});

describe('videoQuality', () => {
  it('agrees with G.1070 for VGA at 1 Mbit/s and 30 frames per second', () => {
    const vga = { bitsPerSecond: 1_000_000, framesPerSecond: 30, loss: 0, width: 640, height: 480 };
    // Ofr = 18.4, IOfr = 2.94, DFr = 1.505: 1 + 2.94 exp(-(ln 30 - ln 18.4)² / 4.53).
    expect(videoQuality(vga)).toBeCloseTo(3.78, 1);
    // DPplv = 2.69: one lost packet in a hundred.
    expect(videoQuality({ ...vga, loss: 0.01 })).toBeCloseTo(
      1 + (videoQuality(vga) - 1) * Math.exp(-1 / 2.69),
      1,
    );
  });

  it('falls with loss, with fewer shown frames and with fewer sent bits', () => {
    const good = videoQuality(hd);
    expect(good).toBeGreaterThan(3.3);
    for (const worse of [{ loss: 0.02 }, { framesPerSecond: 3 }, { bitsPerSecond: 100_000 }]) {
      expect(videoQuality({ ...hd, ...worse })).toBeLessThan(good - 0.5);
    }
  });

  it('never rises with loss, however few frames remain', () => {
    // Ten seconds with one frame at a megabit per second, half of it frozen.
    expect(
      videoQuality({ ...hd, framesPerSecond: 0.05, bitsPerSecond: 3_000_000, loss: 0.2 }),
    ).toBeLessThan(1.1);
    const some = (max: number) => fc.double({ min: 0, max, noNaN: true });
    fc.assert(
      fc.property(some(0.9), some(1), some(10_000_000), (loss, framesPerSecond, bitsPerSecond) => {
        const seen = { ...hd, framesPerSecond, bitsPerSecond };
        expect(videoQuality({ ...seen, loss: loss + 0.1 })).toBeLessThanOrEqual(
          videoQuality({ ...seen, loss }) + 1e-9,
        );
      }),
    );
  });

  it('is the worst score if nothing is shown, and a valid score for any input', () => {
    expect(videoQuality({ ...hd, framesPerSecond: 0 })).toBe(1);
    expect(videoQuality({ ...hd, width: 0 })).toBe(1);
    fc.assert(
      fc.property(
        fc.double(),
        fc.double(),
        fc.double(),
        fc.double(),
        fc.double(),
        (bitsPerSecond, framesPerSecond, loss, width, height) => {
          const score = videoQuality({ bitsPerSecond, framesPerSecond, loss, width, height });
          expect(score >= 1 && score <= 5).toBe(true);
        },
      ),
    );
  });
});

it('the quality of a participant is the lowest score of its tracks', () => {
  expect(participantQuality([4.2, 3.1, 4.4])).toBe(3.1);
  expect(participantQuality([])).toBeUndefined();
});
