import { describe, expect, it } from 'vitest';
import { resolutionOf } from './resolution.ts';

describe('resolutionOf', () => {
  it('requests at most one point per pixel and per scrape', () => {
    expect(resolutionOf(300, 5)).toEqual({ stepSeconds: 5, rateInterval: '20s' });
    expect(resolutionOf(3_600, 2)).toEqual({ stepSeconds: 10, rateInterval: '12s' });
    expect(resolutionOf(3_600, 15)).toEqual({ stepSeconds: 15, rateInterval: '60s' });
    expect(resolutionOf(60, 2.5)).toEqual({ stepSeconds: 5, rateInterval: '10s' });
  });

  it('uses steps beyond the longest round one', () => {
    expect(resolutionOf(400 * 100_000, 15).stepSeconds).toBe(100_000);
  });
});
