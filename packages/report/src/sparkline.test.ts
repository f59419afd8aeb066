import { describe, expect, it } from 'vitest';
import { loadChart, sparkline } from './sparkline.ts';

describe('loadChart', () => {
  it('draws a ramp, highest row first', () => {
    expect(loadChart([0, 1, 2, 3, 4, 2], 2)).toEqual(['   ▄█', ' ▄████']);
  });

  it('never draws something as nothing, nor nothing as something', () => {
    expect(sparkline([0, 1, 1_000, 0])).toBe(' ▁█');
    expect(loadChart([0, 0], 2)).toEqual(['', '']);
  });
});
