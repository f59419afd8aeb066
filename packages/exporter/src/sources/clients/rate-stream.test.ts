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
  it('scores received audio by concealment and delay, not by lost packets', () => {
    // 4,800 of 480,000 samples were concealed; 20 ms on the way, 50 ms in the buffer, a frame of 20
    // ms.
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

  it('scores sent audio by the packets that the server missed', () => {
    expect(rateStream({ ...SPEAKING, lost: 50 })).toBeCloseTo(
      audioQuality({ loss: 0.1, delayMs: 40, fec: true }),
      9,
    );
    expect(rateStream({ ...SPEAKING, lost: 5_000 })).toBeLessThan(2);
  });

  it('scores video by frames, freezes and packets lost after retransmission', () => {
    const good = rateStream({ ...WATCHING, lost: 0, recovered: 0 }) ?? 0;
    expect(rateStream({ ...WATCHING, lost: 60, recovered: 60 })).toBe(good);
    expect(rateStream({ ...WATCHING, lost: 60, recovered: 0 }) ?? 5).toBeLessThan(good - 0.3);
    expect(rateStream({ ...WATCHING, freezeSeconds: 9 }) ?? 5).toBeLessThan(good - 0.5);
    expect(rateStream({ ...WATCHING, freezeSeconds: 100 })).toBe(1);
    // No received frame could be decoded.
    expect(rateStream({ ...WATCHING, frames: 0, width: 0, height: 0 })).toBe(1);
  });

  it.each([
    ['less than a second', { ...LISTENING, expectedMs: 999 }],
    ['a screen share', { ...WATCHING, rated: false as const }],
    ['frames of unknown size', { ...WATCHING, width: 0, height: 0 }],
    ['tracks without packets', { ...LISTENING, packets: 0, lost: 0 }],
  ])('does not score %s', (_, stream) => {
    expect(rateStream(stream)).toBeUndefined();
  });
});

it('counts lost packets among the sent ones', () => {
  expect(expectedPackets({ ...SPEAKING, lost: 5 })).toBe(500);
  expect(expectedPackets(LISTENING)).toBe(505);
});
