import { expect, test } from 'vitest';
import type { RecordingFacts } from '../media/recording-facts.ts';
import { checkRecording } from './check-recording.ts';
import { DEFAULT_LIMITS, type Expectation } from './expectation.ts';

const EXPECTED: Expectation = { publishedMs: 10_000, kinds: ['audio', 'video'], codecs: null };

const factsOf = (changes: Partial<RecordingFacts> = {}): RecordingFacts => ({
  ...{ bytes: 1_000, statedMs: 10_000, black: [], silent: [], damage: null, segments: null },
  avOffset: { firstMs: 0, lastMs: 0, marks: 9, periodMs: 1_000 },
  tracks: [
    { kind: 'audio', codec: 'opus', startMs: 0, endMs: 10_000, packets: 500, gaps: [] },
    { kind: 'video', codec: 'h264', startMs: 40, endMs: 9_960, packets: 250, gaps: [] },
  ],
  ...changes,
});

const defectsOf = (facts: RecordingFacts, expected = EXPECTED) =>
  checkRecording(facts, expected, DEFAULT_LIMITS);

test('a recording at its limits has no defect', () => {
  const [audio, video] = factsOf().tracks;
  if (audio === undefined || video === undefined) throw new Error('two tracks');
  const facts = factsOf({
    statedMs: 12_000,
    tracks: [
      { ...audio, endMs: 11_000 },
      { ...video, startMs: 1_000, endMs: 10_000, gaps: [{ fromMs: 2_000, toMs: 2_500 }] },
    ],
    avOffset: { firstMs: 100, lastMs: -100, marks: 9, periodMs: 1_000 },
    black: [{ fromMs: 1_000, toMs: 6_000 }],
    silent: [{ fromMs: 0, toMs: 5_000 }],
  });
  expect(defectsOf(facts)).toEqual([]);
});

test('what was published is not judged where it is not known', () => {
  const unknown: Expectation = { publishedMs: null, kinds: null, codecs: null };
  const facts = factsOf({ tracks: factsOf().tracks.slice(1), avOffset: null });
  expect(defectsOf(facts, unknown)).toEqual([]);
  expect(defectsOf(facts).map(({ code }) => code)).toEqual(['missing_track']);
});

test('an offset that grows is found by its end', () => {
  const avOffset = { firstMs: 20, lastMs: -180, marks: 60, periodMs: 1_000 };
  expect(defectsOf(factsOf({ avOffset }))).toEqual([
    { code: 'av_offset', offsetMs: -180, periodMs: 1_000 },
  ]);
});

test('a short recording is silent if nearly all of it is', () => {
  const tracks = factsOf().tracks.map((track) => ({ ...track, startMs: 0, endMs: 2_000 }));
  const short = { tracks, statedMs: 2_000, silent: [{ fromMs: 100, toMs: 2_000 }] };
  expect(defectsOf(factsOf(short), { ...EXPECTED, publishedMs: 2_000 })).toEqual([
    { code: 'silent', fromMs: 100, toMs: 2_000 },
  ]);
});
