/**
 * Precision of callers: what they measure, against the log of a worker without models, which has the
 * times of its own packets. Attempts on a host that was too busy to measure are repeated.
 */
import { describe, expect, it } from 'vitest';
import { type TurnPair, turnPairs } from '../support/turn-pairs.ts';

const wrongBy = (pairs: readonly TurnPair[], limitMs: number): TurnPair[] =>
  pairs.filter(({ measuredMs, ownMs }) => Math.abs(measuredMs - ownMs) > limitMs);

describe.each([1, 20])('at %i conversations', (rooms) => {
  it.for([300, 800, 2_000])(
    'an answer after %i ms is measured within 20 ms',
    {
      timeout: 300_000,
    },
    async (afterMs, context) => {
      const pairs = await turnPairs(
        {
          rooms,
          conversations: ['answerWithin: 8s'],
          worker: ['--after', `${afterMs}ms`, '--length', '1s'],
          event: 'answered',
        },
        context,
      );
      expect(wrongBy(pairs, 20)).toEqual([]);
      const own = pairs.map(({ ownMs }) => ownMs).toSorted((a, b) => a - b);
      // A host that is in time may still start some answers a frame later.
      expect(Math.abs((own[Math.floor(own.length / 2)] ?? 0) - afterMs)).toBeLessThanOrEqual(15);
    },
  );
});

it('the end of an answer that is interrupted is measured within 30 ms', {
  timeout: 300_000,
}, async (context) => {
  const bargeIn = (after: string): string => `bargeIn: { share: 100%, after: ${after} }`;
  const pairs = await turnPairs(
    {
      rooms: 2,
      conversations: [bargeIn('500ms'), bargeIn('900ms'), bargeIn('1300ms')],
      worker: ['--after', '500ms', '--length', '5s', '--stops-after', '300ms'],
      event: 'stopped',
    },
    context,
  );
  expect(wrongBy(pairs, 30)).toEqual([]);
});
