import type { HlsResult } from './probe-hls.ts';

/** Figures of a stream in the units of its metrics: seconds, and bytes per second. */
export interface HlsFigures {
  startup: number | null;
  age: number | null;
  stalled: number;
  playlist: number | null;
  segment: number | null;
  /** Size of the loaded segments by the duration of their media; null: none was loaded. */
  streamRate: number | null;
  /** Size of the loaded segments by the time that their loads took; null: none was loaded. */
  throughput: number | null;
}

export const hlsFiguresOf = ({ stream }: Pick<HlsResult, 'stream'>): HlsFigures => {
  const { startupMs, age, stalledMs, bytes, mediaMs, loadMs } = stream;
  return {
    startup: seconds(startupMs),
    age: seconds(age === null ? null : age.ms),
    stalled: stalledMs / 1_000,
    playlist: seconds(stream.longestPlaylistMs),
    segment: seconds(stream.longestSegmentMs),
    streamRate: perSecond(bytes, mediaMs),
    throughput: perSecond(bytes, loadMs),
  };
};

/** Clocks that differ make an age negative. */
const seconds = (ms: number | null): number | null =>
  ms === null ? null : Math.max(0, ms) / 1_000;

const perSecond = (bytes: number, ms: number): number | null =>
  ms > 0 ? bytes / (ms / 1_000) : null;
