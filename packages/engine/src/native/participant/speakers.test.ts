import { Sketch } from '@livekit-swarm/metrics';
import type { SpeakersSample } from '@livekit-swarm/record';
import { beforeEach, expect, test } from 'vitest';
import { Speakers } from './speakers.ts';

const LISTENERS = [0, 1].map((index) => ({ index, plan: { group: 'calls', role: 'guest' } }));
const [FIRST, SECOND] = LISTENERS as [(typeof LISTENERS)[0], (typeof LISTENERS)[0]];

let speakers: Speakers;
beforeEach(() => {
  speakers = new Speakers();
  speakers.add('ann');
});

const counts = ([sample]: SpeakersSample[]) => {
  if (sample === undefined) return null;
  const { turns, missed, announced, wrong, delay } = sample;
  const sketch = new Sketch();
  sketch.addBins(delay);
  return { turns, missed, announced, wrong, delays: sketch.count, longest: sketch.quantile(1) };
};

test('a turn counts once for each listener, with its delay', () => {
  speakers.began('ann', LISTENERS, 1_000);
  speakers.announced(FIRST, 'ann', true, 1_400);
  speakers.announced(FIRST, 'ann', true, 1_800);
  speakers.announced(SECOND, 'ann', true, 1_900);
  speakers.ended('ann', 4_000);
  const counted = counts(speakers.take());
  expect(counted).toMatchObject({ turns: 2, missed: 0, announced: 2, wrong: 0, delays: 2 });
  expect(counted?.longest).toBeGreaterThan(880);
  expect(counted?.longest).toBeLessThan(920);
  expect(speakers.take()).toEqual([]);
});

test('a turn that was not announced is missed, unless it was short', () => {
  speakers.began('ann', LISTENERS, 0);
  speakers.announced(FIRST, 'ann', true, 500);
  speakers.ended('ann', 3_000);
  speakers.announced(FIRST, 'ann', false, 3_500);
  speakers.began('ann', LISTENERS, 5_000);
  speakers.ended('ann', 5_900);
  expect(counts(speakers.take())).toMatchObject({ turns: 2, missed: 1, announced: 1, wrong: 0 });
});

test('a pause within a turn does not measure it again', () => {
  speakers.began('ann', [FIRST], 0);
  for (const [active, at] of [
    [true, 500],
    [false, 1_200],
    [true, 1_800],
  ] as const)
    speakers.announced(FIRST, 'ann', active, at);
  expect(counts(speakers.take())).toMatchObject({ announced: 2, wrong: 0, delays: 1 });
});

test('an announcement later than two seconds after the turn is wrong', () => {
  speakers.announced(FIRST, 'ann', true, 100);
  speakers.announced(FIRST, 'ann', false, 200);
  speakers.began('ann', [], 1_000);
  speakers.ended('ann', 2_000);
  speakers.announced(FIRST, 'ann', true, 3_900);
  speakers.announced(FIRST, 'ann', false, 4_100);
  speakers.announced(FIRST, 'ann', true, 4_300);
  speakers.announced(FIRST, 'of another worker', true, 4_300);
  expect(counts(speakers.take())).toMatchObject({ announced: 3, wrong: 2 });
});

test('a new turn is not measured while the previous one is still announced', () => {
  speakers.began('ann', [FIRST], 0);
  speakers.announced(FIRST, 'ann', true, 500);
  speakers.ended('ann', 3_000);
  speakers.began('ann', [FIRST], 3_200);
  speakers.ended('ann', 6_000);
  expect(counts(speakers.take())).toMatchObject({ turns: 1, missed: 0 });
});

test('a disturbed turn does not count, and a turn does not count for a listener that left', () => {
  speakers.began('ann', [FIRST], 0);
  speakers.disturbed('ann');
  speakers.announced(FIRST, 'ann', true, 3_500);
  speakers.announced(FIRST, 'ann', false, 3_900);
  speakers.ended('ann', 4_000);
  speakers.began('ann', LISTENERS, 5_000);
  speakers.left(FIRST.index);
  speakers.ended('ann', 8_000);
  expect(counts(speakers.take())).toMatchObject({ turns: 1, missed: 1, announced: 1, wrong: 0 });
});
