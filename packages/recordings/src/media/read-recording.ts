import { stat } from 'node:fs/promises';
import { messageOf } from '@livekit-swarm/settings';
import { measureAvOffset } from './av-offset.ts';
import type { ToolEnd } from './media-tool.ts';
import { BLACK, quietSpans, SILENT } from './quiet-spans.ts';
import { type Level, readLevels } from './read-levels.ts';
import { readSegments, type Segments } from './read-segments.ts';
import { type Container, readTracks } from './read-tracks.ts';
import type { RecordingFacts, TrackFacts, TrackKind } from './recording-facts.ts';
import { withEnd } from './with-end.ts';

/** Reason for which a recording has no facts. */
export type NoRecording =
  | { code: 'missing' }
  | { code: 'empty' }
  | { code: 'unreadable'; detail: string };

/**
 * Reads a media file, or a playlist (`.m3u8`) with its segments, by ffprobe and ffmpeg.
 * @throws SwarmError `no_program`; the reason of the signal when it is aborted
 */
export const readRecording = async (
  file: string,
  signal: AbortSignal,
): Promise<RecordingFacts | NoRecording> => {
  const size = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (size instanceof Error)
    return size.code === 'ENOENT' || size.code === 'ENOTDIR'
      ? { code: 'missing' }
      : { code: 'unreadable', detail: size.message };
  if (!size.isFile()) return { code: 'unreadable', detail: 'not a file' };
  if (size.size === 0) return { code: 'empty' };
  const segments = file.endsWith('.m3u8') ? await readSegments(file).catch(messageOf) : null;
  if (typeof segments === 'string') return { code: 'unreadable', detail: segments };
  if (segments !== null && segments.bytes === 0) return { code: 'empty' };
  if (segments === null) return await readMedia(file, size.size, null, signal);
  if (segments.hasEnded) return await readMedia(file, segments.bytes, segments, signal);
  await using playlist = await withEnd(file);
  return await readMedia(playlist.file, segments.bytes, segments, signal);
};

/** Reads what ffprobe and ffmpeg see of a file. */
const readMedia = async (
  file: string,
  bytes: number,
  segments: Segments | null,
  signal: AbortSignal,
): Promise<RecordingFacts | NoRecording> => {
  const container = await readTracks(file, signal);
  if (container === null) return { code: 'unreadable', detail: 'ffprobe finds no media in it' };
  const { tracks } = container;
  const picture = await levelsOf(file, container, 'video', signal);
  const sound = await levelsOf(file, container, 'audio', signal);
  return {
    bytes,
    statedMs: segments?.statedMs ?? container.statedMs,
    tracks,
    black: quietSpans(picture.levels, BLACK, endOf(tracks, 'video')),
    silent: quietSpans(sound.levels, SILENT, endOf(tracks, 'audio')),
    avOffset: measureAvOffset(picture.levels, sound.levels),
    damage: damageOf([container.end, ...picture.ends, ...sound.ends]),
    segments:
      segments === null
        ? null
        : { listed: segments.listed, missing: segments.missing, hasEnded: segments.hasEnded },
  };
};

const endOf = (tracks: readonly TrackFacts[], kind: TrackKind): number =>
  tracks.find((track) => track.kind === kind)?.endMs ?? 0;

/** Levels of the first track of a kind, from the beginning of the recording. */
const levelsOf = async (
  file: string,
  { tracks, beginMs }: Container,
  kind: TrackKind,
  signal: AbortSignal,
): Promise<{ levels: readonly Level[]; ends: readonly ToolEnd[] }> => {
  const track = tracks.find((one) => one.kind === kind);
  if (track === undefined) return { levels: [], ends: [] };
  const { levels, end } = await readLevels(file, kind, signal);
  return {
    levels: levels.map(({ atMs, value }) => ({ atMs: Math.round(atMs - beginMs), value })),
    ends: [end],
  };
};

const damageOf = (ends: readonly ToolEnd[]): RecordingFacts['damage'] => {
  const count = ends.reduce((sum, { complained }) => sum + complained, 0);
  const [first] = ends.flatMap(({ complaints }) => complaints);
  return first === undefined ? null : { count, first };
};
