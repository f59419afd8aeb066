import { audioQuality } from '@livekit-swarm/analysis';
import { describe, expect, it } from 'vitest';
import { LISTENING, WATCHING } from '../../../test/support/clients/reporter.ts';
import { expectedPackets, rateStream } from './rate-stream.ts';

const SPEAKING = {
  direction: 'up',
  kind: 'audio',
  expectedMs: 10_000,
  packets: 500,
  rtt: 0.04,
} as const;

describe('rateStream', () => {
  it('rates a voice by what had to be made up and how late it was, whatever was lost on the way', () => {
    // 4,800 of 480,000 samples; 20 ms on the way, 50 ms in the buffer, a frame of 20 ms.
    expect(rateStream(LISTENING)).toBeCloseTo(audioQuality({ loss: 0.01, delayMs: 90 }), 9);
    expect(rateStream({ ...LISTENING, lost: 250 })).toBe(rateStream(LISTENING));
    // Concealed silence is inaudible.
    expect(rateStream({ ...LISTENING, silentConcealed: 4_800 })).toBeCloseTo(
      audioQuality({ loss: 0, delayMs: 90 }),
      9,
    );
    expect(rateStream({ ...LISTENING, rtt: 1 }) ?? 5).toBeLessThan(
      (rateStream(LISTENING) ?? 0) - 0.5,
    );
  });

  it('rates a voice that is sent by what the server missed of it', () => {
    expect(rateStream({ ...SPEAKING, lost: 50 })).toBeCloseTo(
      audioQuality({ loss: 0.1, delayMs: 40, fec: true }),
      9,
    );
    expect(rateStream({ ...SPEAKING, lost: 5_000 })).toBeLessThan(2);
  });

  it('rates a picture by what was seen: packets that were sent again do not count as lost, frozen time does', () => {
    const good = rateStream({ ...WATCHING, lost: 0, recovered: 0 }) ?? 0;
    expect(rateStream({ ...WATCHING, lost: 60, recovered: 60 })).toBe(good);
    expect(rateStream({ ...WATCHING, lost: 60, recovered: 0 }) ?? 5).toBeLessThan(good - 0.3);
    expect(rateStream({ ...WATCHING, freezeSeconds: 9 }) ?? 5).toBeLessThan(good - 0.5);
    expect(rateStream({ ...WATCHING, freezeSeconds: 100 })).toBe(1);
    // Nothing of what came could be shown.
    expect(rateStream({ ...WATCHING, frames: 0, width: 0, height: 0 })).toBe(1);
  });

  it.each([
    ['no time', { ...LISTENING, expectedMs: 999 }],
    ['a screen', { ...WATCHING, rated: false as const }],
    ['frames of unknown size', { ...WATCHING, width: 0, height: 0 }],
    ['tracks without packets', { ...LISTENING, packets: 0, lost: 0 }],
  ])('does not rate %s', (_, stream) => {
    expect(rateStream(stream)).toBeUndefined();
  });
});

it('what was sent includes what was lost', () => {
  expect(expectedPackets({ ...SPEAKING, lost: 5 })).toBe(500);
  expect(expectedPackets(LISTENING)).toBe(505);
});
