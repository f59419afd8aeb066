import { describe, expect, it } from 'vitest';
import type { RepeatResult, RepeatVerdict } from '../measure/drill-result.ts';
import { isConclusive, repeatFolder } from './execute-drill.ts';

const made = (...verdicts: RepeatVerdict[]): RepeatResult[] =>
  verdicts.map((verdict) => ({ verdict, recovery: { skipped: [] } }) as unknown as RepeatResult);

describe('a drill has been made often enough', () => {
  it('when as many as it asks for have told something', () => {
    expect(isConclusive({ repeats: 2 }, made('passed'))).toBe(false);
    expect(isConclusive({ repeats: 2 }, made('passed', 'failed'))).toBe(true);
  });

  it('and is made again when the machine was busy, twice at most', () => {
    expect(isConclusive({ repeats: 1 }, made('inconclusive'))).toBe(false);
    expect(isConclusive({ repeats: 1 }, made('void', 'passed'))).toBe(true);
    expect(isConclusive({ repeats: 1 }, made('void', 'inconclusive'))).toBe(false);
    expect(isConclusive({ repeats: 1 }, made('void', 'inconclusive', 'void'))).toBe(true);
  });

  it('at once when a person ended it, or a fault is not to be had', () => {
    expect(isConclusive({ repeats: 1 }, made('interrupted'))).toBe(true);
    const skipped = {
      verdict: 'void',
      recovery: { skipped: [{ fault: 'clock-skew', detail: 'no' }] },
    } as unknown as RepeatResult;
    expect(isConclusive({ repeats: 1 }, [skipped])).toBe(true);
  });
});

describe('the folder of an attempt', () => {
  it('is that of the drill where there is one, and beside it when it was made again', () => {
    expect(repeatFolder('d', { repeats: 1 }, 1)).toBe('d');
    expect(repeatFolder('d', { repeats: 1 }, 2)).toBe('d/repeat-2');
    expect(repeatFolder('d', { repeats: 3 }, 1)).toBe('d/repeat-1');
  });
});
