import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, paletteSheet } from './palette.ts';

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('colours, %s,', (_, palette) => {
  it.each(['ink', 'muted', 'accent', 'good', 'bad', 'unsure'] as const)(
    '%s can be read',
    (text) => {
      for (const ground of ['page', 'card', 'shade'] as const)
        expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['good', 'bad', 'unsure'] as const)('the seal of what is %s can be read', (text) => {
    expect(contrast(palette[text], palette[`${text}-shade`])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['audio', 'video', 'data', 'plain', 'good', 'bad', 'unsure'] as const)(
    'the line of %s can be seen',
    (line) => {
      expect(contrast(palette[line], palette.card)).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('the sheet of colours', () => {
  it('is dark for those who prefer it or chose it, and never on paper', () => {
    const sheet = paletteSheet();
    expect(sheet.match(/--ink: #1b1d21/g)).toHaveLength(1);
    expect(sheet.match(/--ink: #e9eaec/g)).toHaveLength(2);
    expect(sheet.indexOf('@media screen')).toBeLessThan(sheet.indexOf('#e9eaec'));
  });
});
