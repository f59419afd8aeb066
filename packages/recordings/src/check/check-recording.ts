import type { NoRecording } from '../media/read-recording.ts';
import {
  durationOf,
  type RecordingFacts,
  type Span,
  type TrackKind,
} from '../media/recording-facts.ts';
import type { Defect } from './defect.ts';
import type { Expectation, Limits } from './expectation.ts';

/** A part that covers this share of a recording is a defect, however short the recording is. */
const WHOLE = 0.9;

/** Compares a recording with what was published. */
export const checkRecording = (
  facts: RecordingFacts | NoRecording,
  expected: Expectation,
  limits: Limits,
): Defect[] => {
  if ('code' in facts) return [facts];
  return [
    ...durationDefects(facts, expected, limits),
    ...trackDefects(facts, expected, limits),
    ...offsetDefects(facts, limits),
    ...quietDefects(facts, limits),
    ...segmentDefects(facts),
    ...(facts.damage === null ? [] : [{ code: 'damaged', ...facts.damage } as const]),
  ];
};

const durationDefects = (
  facts: RecordingFacts,
  { publishedMs }: Expectation,
  limits: Limits,
): Defect[] => {
  const actualMs = durationOf(facts);
  const { statedMs } = facts;
  const defects: Defect[] = [];
  if (statedMs !== null && statedMs - actualMs > limits.duration)
    defects.push({ code: 'truncated', statedMs, actualMs });
  if (publishedMs !== null && Math.abs(actualMs - publishedMs) > limits.duration)
    defects.push({ code: 'wrong_duration', expectedMs: publishedMs, actualMs });
  return defects;
};

const trackDefects = (
  facts: RecordingFacts,
  { kinds, codecs }: Expectation,
  limits: Limits,
): Defect[] => {
  const durationMs = durationOf(facts);
  const missing = (kinds ?? []).filter((kind) => facts.tracks.every((one) => one.kind !== kind));
  return [
    ...missing.map((kind): Defect => ({ code: 'missing_track', kind })),
    ...facts.tracks.flatMap(({ kind, codec, startMs, endMs, gaps }): Defect[] => {
      const earlyMs = durationMs - endMs;
      return [
        ...(codecs === null || codecs.includes(codec)
          ? []
          : [{ code: 'wrong_codec', kind, codec } as const]),
        ...(Math.max(startMs, earlyMs) > limits.duration
          ? [{ code: 'short_track', kind, lateMs: startMs, earlyMs } as const]
          : []),
        ...gaps
          .filter((gap) => lengthOf(gap) > limits.gap)
          .map((gap): Defect => ({ code: 'gap', kind, ...gap })),
      ];
    }),
  ];
};

const offsetDefects = ({ avOffset }: RecordingFacts, limits: Limits): Defect[] => {
  if (avOffset === null) return [];
  const { firstMs, lastMs, periodMs } = avOffset;
  const offsetMs = Math.abs(firstMs) > Math.abs(lastMs) ? firstMs : lastMs;
  return Math.abs(offsetMs) > limits.avOffset ? [{ code: 'av_offset', offsetMs, periodMs }] : [];
};

const quietDefects = (facts: RecordingFacts, limits: Limits): Defect[] => {
  const lengthMs = (kind: TrackKind): number => {
    const track = facts.tracks.find((one) => one.kind === kind);
    return track === undefined ? 0 : track.endMs - track.startMs;
  };
  const tooLong = (spans: readonly Span[], limit: number, kind: TrackKind): Span[] =>
    spans.filter((span) => lengthOf(span) > Math.min(limit, WHOLE * lengthMs(kind)));
  return [
    ...tooLong(facts.black, limits.black, 'video').map(
      (span) => ({ code: 'black', ...span }) as const,
    ),
    ...tooLong(facts.silent, limits.silence, 'audio').map(
      (span) => ({ code: 'silent', ...span }) as const,
    ),
  ];
};

const segmentDefects = ({ segments }: RecordingFacts): Defect[] => {
  if (segments === null) return [];
  const { missing, hasEnded } = segments;
  return [
    ...(missing.length === 0 ? [] : [{ code: 'missing_segments', names: missing } as const]),
    ...(hasEnded ? [] : [{ code: 'unfinished_playlist' } as const]),
  ];
};

const lengthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs;
