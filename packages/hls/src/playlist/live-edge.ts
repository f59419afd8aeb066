import type { MediaPlaylist } from './playlist.ts';

/** Distance of the start from the end of the playlist (RFC 8216 section 6.3.3). */
const HOLD_BACK_TARGETS = 3;

/**
 * Media sequence number with which a player starts: the latest one that begins at least three
 * target durations before the end of the playlist, or where EXT-X-START points to.
 */
export const startOf = ({ segments, targetDurationMs, startOffsetMs }: MediaPlaylist): number => {
  const wholeMs = segments.reduce((total, { durationMs }) => total + durationMs, 0);
  const heldMs = wholeMs - HOLD_BACK_TARGETS * targetDurationMs;
  const wantedMs =
    startOffsetMs === null ? heldMs : startOffsetMs >= 0 ? startOffsetMs : wholeMs + startOffsetMs;
  let beginsMs = 0;
  let start = segments[0]?.mediaSequence ?? 0;
  for (const { mediaSequence, durationMs } of segments) {
    if (beginsMs > wantedMs) break;
    start = mediaSequence;
    beginsMs += durationMs;
  }
  return start;
};

/**
 * Time from the beginning of a load of the playlist to that of the next one, ms (RFC 8216 section
 * 6.3.4).
 * @param changed true for the first load, too
 */
export const reloadAfterMs = (targetDurationMs: number, changed: boolean): number =>
  changed ? targetDurationMs : targetDurationMs / 2;
