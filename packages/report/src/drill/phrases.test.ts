import { expect, test } from 'vitest';
import { expectedText, measuredText } from './phrases.ts';

test.each([
  [4_700, '4.70 s'],
  [5_003, '5.003 s'],
  [4_999.6, '4.9996 s'],
  [5_000, '5.00 s'],
])(
  'a time to recover of %d ms is shown with the digits that distinguish it from its limit',
  (measured, text) => {
    const result = {
      objective: 'timeToRecoverP95Ms',
      limit: 5_000,
      measured,
      met: measured <= 5_000,
      code: 'time_to_recover',
    } as const;
    expect(`${measuredText(result)}, expected ${expectedText(result)}`).toBe(
      `${text}, expected at most 5.00 s`,
    );
  },
);
