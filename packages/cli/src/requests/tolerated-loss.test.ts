import { toleratedOf } from '@livekit-swarm/campaign';
import { describe, expect, it } from 'vitest';
import { readToleratedLoss } from './tolerated-loss.ts';

describe('--tolerate-lost', () => {
  it.each([
    ['1%', 1_000, 10],
    ['0.5 %', 1_000, 5],
    ['2.9%', 1_000, 29],
    ['50', 1_000, 50],
  ])('%s of %d participants: %d', (text, planned, count) => {
    expect(toleratedOf(readToleratedLoss(text), planned)).toBe(count);
  });

  it('is none by default', () => {
    expect(toleratedOf(readToleratedLoss(undefined), 1_000)).toBe(0);
  });

  it.each(['0%', '100%', '0', '1.5', '-1', 'some', ''])('refuses %j', (text) => {
    expect(() => readToleratedLoss(text)).toThrow(/--tolerate-lost .*: must be a share/);
  });

  it('refuses a share of less than one participant', () => {
    expect(() => toleratedOf(readToleratedLoss('1%'), 8)).toThrow(
      /8 participants is less than one/,
    );
  });

  it('refuses the loss of all participants', () => {
    expect(() => toleratedOf(readToleratedLoss('8'), 8)).toThrow(/the run has 8 participants/);
  });
});
