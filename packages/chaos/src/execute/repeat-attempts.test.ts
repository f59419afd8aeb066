import type { DrillVerdict } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import type { DrillReason } from '../measure/decide-verdict.ts';
import { isConclusive, repeatFolder } from './execute-drill.ts';

const made = (...verdicts: DrillVerdict[]) =>
  verdicts.map((verdict) => ({ verdict, reasons: [], recovery: { skipped: [] } }));

describe('a drill is conclusive', () => {
  it('after as many conclusive repeats as it requires', () => {
    expect(isConclusive({ repeats: 2 }, made('passed'))).toBe(false);
    expect(isConclusive({ repeats: 2 }, made('passed', 'failed'))).toBe(true);
  });

  it('not after inconclusive repeats, of which at most two are repeated', () => {
    expect(isConclusive({ repeats: 1 }, made('inconclusive'))).toBe(false);
    expect(isConclusive({ repeats: 1 }, made('void', 'passed'))).toBe(true);
    expect(isConclusive({ repeats: 1 }, made('void', 'inconclusive'))).toBe(false);
    expect(isConclusive({ repeats: 1 }, made('void', 'inconclusive', 'void'))).toBe(true);
  });

  it('when the participants use another deployment', () => {
    const reason: DrillReason = {
      code: 'target_mismatch',
      kind: 'node',
      components: ['node-1'],
      roomNodes: ['ND_a'],
    };
    const recovery = { skipped: [] };
    expect(isConclusive({ repeats: 1 }, [{ verdict: 'void', reasons: [reason], recovery }])).toBe(
      true,
    );
  });

  it('after an interruption, or when a fault is not available', () => {
    expect(isConclusive({ repeats: 1 }, made('interrupted'))).toBe(true);
    const recovery = { skipped: [{ fault: 'clock-skew', detail: 'no' }] };
    expect(isConclusive({ repeats: 1 }, [{ verdict: 'void', reasons: [], recovery }])).toBe(true);
  });
});

describe('the folder of an attempt', () => {
  it('is that of the drill for a single repeat, and a subfolder for further attempts', () => {
    expect(repeatFolder('d', { repeats: 1 }, 1)).toBe('d');
    expect(repeatFolder('d', { repeats: 1 }, 2)).toBe('d/repeat-2');
    expect(repeatFolder('d', { repeats: 3 }, 1)).toBe('d/repeat-1');
  });
});
