import type { HlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { delayOfMark } from '../../packages/engine/src/ingress/marks.ts';
import { readLevels } from '../../packages/recordings/src/media/read-levels.ts';

/** Lowest level of a mark, dBFS: the noise between marks is at -60. */
const LEAST_DB = -40;
/** Pause that ends a mark, ms. */
const PAUSE_MS = 100;
/** Duration of a level, ms. */
const LEVEL_MS = 20;

/** A mark of an encoder in a stream. */
export interface StreamMark {
  /** Segment in which it begins, and how far after its beginning, ms. */
  segment: number;
  offsetMs: number;
  /** From the encoder of the mark to the encoder of the stream, ms. */
  delayMs: number;
}

/** Marks in the segments that an origin has, decoded, with the times of the stream's encoder. */
export const marksInStream = async (origin: HlsOrigin): Promise<StreamMark[]> => {
  const loud: { segment: number; offsetMs: number; atMs: number }[] = [];
  for (const [segment, beginsAtMs] of origin.beginnings) {
    const { signal } = new AbortController();
    const { levels } = await readLevels(origin.segment(segment), 'audio', signal);
    const firstMs = levels[0]?.atMs ?? 0;
    for (const { atMs, value } of levels)
      if (value > LEAST_DB)
        loud.push({ segment, offsetMs: atMs - firstMs, atMs: beginsAtMs + atMs - firstMs });
  }
  const marks: StreamMark[] = [];
  let first = loud[0];
  let last = first;
  for (const level of [...loud.slice(1), null]) {
    if (first === undefined || last === undefined) break;
    if (level === null || level.atMs - last.atMs > PAUSE_MS) {
      const delayMs = delayOfMark({ from: first.atMs, to: last.atMs + LEVEL_MS });
      const { segment, offsetMs } = first;
      if (delayMs !== null) marks.push({ segment, offsetMs, delayMs });
      first = level ?? undefined;
    }
    last = level ?? undefined;
  }
  return marks;
};
