import { expect, test } from 'vitest';
import { onRunClock } from './page-conversation.ts';

test('times of voice are those of the clock of the run', () => {
  const voice = { from: 1_000, to: 1_800 };
  const shifted = { from: 3_500, to: 4_300 };
  expect(onRunClock({ type: 'voice_began', track: 'TR_1', at: 1_000 }, 2_500)).toEqual({
    type: 'voice_began',
    track: 'TR_1',
    at: 3_500,
  });
  expect(onRunClock({ type: 'voice_ended', track: 'TR_1', voice }, 2_500)).toEqual({
    type: 'voice_ended',
    track: 'TR_1',
    voice: shifted,
  });
  expect(onRunClock({ type: 'spoken', voice }, 2_500)).toEqual({ type: 'spoken', voice: shifted });
});

test('durations and events without a time stay as they are', () => {
  const resumed = { type: 'resumed', durationMs: 800, node: 'n' } as const;
  expect(onRunClock(resumed, 2_500)).toBe(resumed);
});
