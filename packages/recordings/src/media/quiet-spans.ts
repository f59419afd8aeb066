import type { Level } from './read-levels.ts';
import type { Span } from './recording-facts.ts';

/** Parts that are kept, ms; limits below this cannot be judged. */
export const SHORTEST_QUIET_MS = 500;

/** Luma below which a pixel is black: 10 % above the black of video range, as in ffmpeg's blackdetect. */
export const BLACK = 38;
/** Level below which there is no sound, dBFS: below the noise of rooms. */
export const SILENT = -60;

/** Returns the parts in which a level stays below a limit. @param endMs end of the track */
export const quietSpans = (levels: readonly Level[], limit: number, endMs: number): Span[] => {
  const spans: Span[] = [];
  let fromMs: number | null = null;
  const close = (toMs: number): void => {
    if (fromMs !== null && toMs - fromMs >= SHORTEST_QUIET_MS) spans.push({ fromMs, toMs });
    fromMs = null;
  };
  for (const { atMs, value } of levels) {
    if (value < limit) fromMs ??= atMs;
    else close(atMs);
  }
  close(endMs);
  return spans;
};
