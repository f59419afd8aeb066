import { describe, expect, it } from 'vitest';
import type { RepeatResult, RepeatVerdict } from '../measure/drill-result.ts';
import { attemptFolder, isEnough } from './repeat-attempts.ts';

const made = (...verdicts: RepeatVerdict[]): RepeatResult[] =>
  verdicts.map((verdict) => ({ verdict, recovery: { skipped: [] } }) as unknown as RepeatResult);

describe('a drill has been made often enough', () => {
  it('when as many as it asks for have told something', () => {
    expect(isEnough({ repeats: 2 }, made('passed'))).toBe(false);
    expect(isEnough({ repeats: 2 }, made('passed', 'failed'))).toBe(true);
  });

  it('and is made again when the machine was busy, twice at most', () => {
    expect(isEnough({ repeats: 1 }, made('inconclusive'))).toBe(false);
    expect(isEnough({ repeats: 1 }, made('void', 'passed'))).toBe(true);
    expect(isEnough({ repeats: 1 }, made('void', 'inconclusive'))).toBe(false);
    expect(isEnough({ repeats: 1 }, made('void', 'inconclusive', 'void'))).toBe(true);
  });

  it('at once when a person ended it, or a fault is not to be had', () => {
    expect(isEnough({ repeats: 1 }, made('interrupted'))).toBe(true);
    const skipped = {
      verdict: 'void',
      recovery: { skipped: [{ fault: 'clock-skew', message: 'no' }] },
    } as unknown as RepeatResult;
    expect(isEnough({ repeats: 1 }, [skipped])).toBe(true);
  });
});

describe('the folder of an attempt', () => {
  it('is that of the drill where there is one, and beside it when it was made again', () => {
    expect(attemptFolder('d', { repeats: 1 }, 1)).toBe('d');
    expect(attemptFolder('d', { repeats: 1 }, 2)).toBe('d/repeat-2');
    expect(attemptFolder('d', { repeats: 3 }, 1)).toBe('d/repeat-1');
  });
});
