import { steadyClock } from '@livekit-swarm/livekit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeClock } from '../../../livekit/test/support/fake-clock.ts';
import { speakMarks } from './mark-speaker.ts';
import { delayOfMark, MARK_EVERY_MS, MARK_LENGTHS_MS } from './marks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each mark is spoken when it begins, with its own length, until the end', async () => {
  const clock = steadyClock(1_800_000_000_123);
  const spoken: { number: number; at: number }[] = [];
  const stop = speakMarks((number) => spoken.push({ number, at: clock.now() }), clock);
  await vi.advanceTimersByTimeAsync(4 * MARK_EVERY_MS);
  expect(spoken).toHaveLength(4);
  for (const { number, at } of spoken) {
    const length = MARK_LENGTHS_MS[number % MARK_LENGTHS_MS.length] ?? 0;
    const delay = delayOfMark({ from: at + 5_000, to: at + 5_000 + length - 20 });
    // Fake timers have whole milliseconds.
    expect(Math.abs((delay ?? Number.NaN) - 5_000)).toBeLessThan(2);
  }
  stop();
  await vi.advanceTimersByTimeAsync(2 * MARK_EVERY_MS);
  expect(spoken).toHaveLength(4);
});

test('marks are left out for which a busy process is too late', () => {
  const clock = fakeClock();
  const spoken: number[] = [];
  speakMarks((number) => spoken.push(number), clock);
  clock.advance(MARK_EVERY_MS);
  clock.stop(MARK_EVERY_MS + 60);
  clock.advance(MARK_EVERY_MS);
  clock.stop(3 * MARK_EVERY_MS);
  clock.advance(MARK_EVERY_MS);
  expect(spoken).toEqual([0, 1, 3, 7]);
});
