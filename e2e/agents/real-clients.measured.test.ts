/**
 * Callers on real clients: what they hear, against the log of a worker without models, which has the
 * times of its own packets. A client hears an answer when its jitter buffer gives it out, and a busy
 * host makes that buffer longer.
 */
import { expect, it } from 'vitest';
import { differencesOf, type TurnPair, turnPairs } from '../support/turn-pairs.ts';

/**
 * Time besides the jitter buffer, ms: two encoded frames, and the pieces in which both sides are
 * read. At most 42 were seen.
 */
const BESIDES_MS = 80;

/** Expect that turns are measured later than the agent did, by the jitter buffer of the caller. */
const expectHeard = (pairs: readonly TurnPair[]): void => {
  const differences = differencesOf(pairs);
  const jitterBufferMs = pairs[0]?.jitterBufferMs ?? 0;
  expect(jitterBufferMs).toBeGreaterThan(0);
  expect(differences[0]).toBeGreaterThan(0);
  // One turn may meet a longer buffer than nearly all of the run.
  const median = differences[Math.floor((differences.length - 1) / 2)];
  expect(median, differences.join(' ')).toBeLessThan(jitterBufferMs + BESIDES_MS);
};

it.for([
  ['rtc', 300],
  ['rtc', 800],
  ['rtc', 2_000],
  ['browser', 300],
  ['browser', 800],
  ['browser', 2_000],
] as const)(
  'a caller on %s hears an answer after %i ms, and its jitter buffer',
  { timeout: 400_000 },
  async ([engine, afterMs], context) => {
    const load = {
      ...{ rooms: 1, engine, event: 'answered' as const },
      conversations: ['answerWithin: 8s'],
      worker: ['--after', `${afterMs}ms`, '--length', '1s'],
    };
    expectHeard(await turnPairs(load, context));
  },
);

it.for(['rtc', 'browser'] as const)(
  'a caller on %s hears the end of an answer that it interrupts',
  { timeout: 400_000 },
  async (engine, context) => {
    const load = {
      ...{ rooms: 1, engine, event: 'stopped' as const },
      conversations: ['bargeIn: { share: 100%, after: 900ms }'],
      worker: ['--after', '500ms', '--length', '5s', '--stops-after', '300ms'],
    };
    expectHeard(await turnPairs(load, context));
  },
);
