import type { EgressDefect } from '../egress/egress-defects.ts';
import type { NoRecording } from '../media/read-recording.ts';
import type { Span, TrackKind } from '../media/recording-facts.ts';

/** A defect of a recording. Times are ms from its beginning. */
export type Defect =
  | NoRecording
  | EgressDefect
  /** It states a longer duration than its contents have. */
  | { code: 'truncated'; statedMs: number; actualMs: number }
  | { code: 'wrong_duration'; expectedMs: number; actualMs: number }
  | { code: 'missing_track'; kind: TrackKind }
  /** A track begins after, or ends before, the recording. */
  | { code: 'short_track'; kind: TrackKind; lateMs: number; earlyMs: number }
  | { code: 'wrong_codec'; kind: TrackKind; codec: string }
  | ({ code: 'gap'; kind: TrackKind } & Span)
  | { code: 'av_offset'; offsetMs: number; periodMs: number }
  | ({ code: 'black' } & Span)
  | ({ code: 'silent' } & Span)
  | { code: 'damaged'; count: number; first: string }
  | { code: 'missing_segments'; names: readonly string[] }
  | { code: 'unfinished_playlist' };
