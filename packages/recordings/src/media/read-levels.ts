import { inputOf, runMediaTool, type ToolEnd } from './media-tool.ts';
import type { TrackKind } from './recording-facts.ts';

/** A level at a time of the recording, as the container counts it, ms. */
export interface Level {
  atMs: number;
  /** Picture: luma that a tenth of it exceeds, 0 to 255. Sound: dBFS of 20 ms. */
  value: number;
}

export interface Levels {
  levels: readonly Level[];
  end: ToolEnd;
}

/**
 * A small picture suffices: its statistics cost less than those of the whole one. Without frames
 * that are repeated or dropped, times are those of the recording.
 */
const PICTURE =
  'scale=64:36:flags=area,format=gray,signalstats,metadata=mode=print:key=lavfi.signalstats.YHIGH:file=-';
const SOUND =
  'aformat=sample_rates=8000:channel_layouts=mono,asetnsamples=160:p=0,astats=metadata=1:reset=1,ametadata=mode=print:key=lavfi.astats.Overall.RMS_level:file=-';

/** Decodes the first track of a kind, and reads its level over time. */
export const readLevels = async (
  file: string,
  kind: TrackKind,
  signal: AbortSignal,
): Promise<Levels> => {
  const levels: Level[] = [];
  let atMs = Number.NaN;
  const end = await runMediaTool(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', ...inputOf(file)],
      ...(kind === 'video'
        ? ['-map', '0:v:0', '-vf', PICTURE, '-fps_mode', 'passthrough']
        : ['-map', '0:a:0', '-af', SOUND]),
      ...['-copyts', '-f', 'null', '-'],
    ],
    (line) => {
      const time = /pts_time:(\S+)/.exec(line)?.[1];
      if (time !== undefined) {
        atMs = Number(time) * 1_000;
        return;
      }
      const value = /=(\S+)$/.exec(line)?.[1];
      if (value !== undefined && Number.isFinite(atMs))
        levels.push({ atMs, value: value === '-inf' ? -200 : Number(value) });
    },
    signal,
  );
  return { levels, end };
};
