import { parseDuration } from '@livekit-swarm/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitRateText, decimal, durationText, rateText, shareText } from './texts.ts';

describe('texts of a scenario file', () => {
  it('writes durations as users do', () => {
    const written = [
      0, 500, 1_500, 30_000, 90_000, 60_000, 3_600_000, 5_400_000, 140_000, 3_000, 61_500,
    ];
    expect(written.map(durationText)).toEqual([
      '0s',
      '500ms',
      '1.5s',
      '30s',
      '90s',
      '1m',
      '1h',
      '1h30m',
      '2m20s',
      '3s',
      '61.5s',
    ]);
  });

  it('writes rates, shares and bit rates as users do', () => {
    expect([50, 0.5, 1e-7].map(rateText)).toEqual(['50/s', '0.5/s', '0.0000001/s']);
    expect([0.02, 0.005, 1, 0, 1 / 3].map(shareText)).toEqual(['2%', '0.5%', '100%', '0%', 1 / 3]);
    expect([750_000, 1_600_000, 1e10, 123_456_789].map(bitRateText)).toEqual([
      '750kbit/s',
      '1.6Mbit/s',
      '10Gbit/s',
      '123456789bit/s',
    ]);
  });

  it('writes durations that read back exactly', () => {
    const times = fc.oneof(
      fc.integer({ min: 0, max: 7 * 86_400_000 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
    );
    fc.assert(
      fc.property(times, (ms) => {
        expect(parseDuration(durationText(ms))).toBe(ms);
      }),
    );
  });

  it('writes numbers without exponents that read back exactly', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e15, noNaN: true }), (number) => {
        expect(decimal(number)).toMatch(/^\d+(\.\d+)?$/);
        expect(Number(decimal(number))).toBe(number);
      }),
    );
  });
});
