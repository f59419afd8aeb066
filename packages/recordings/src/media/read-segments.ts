import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readPlaylist } from '@livekit-swarm/hls';
import type { SegmentFacts } from './recording-facts.ts';

export interface Segments extends SegmentFacts {
  /** Sum of the durations that the playlist states, ms. */
  statedMs: number;
  bytes: number;
}

/**
 * Reads a media playlist, and looks for its segments.
 * @returns a sentence in place of segments: why it cannot be read
 */
export const readSegments = async (file: string): Promise<Segments | string> => {
  const base = pathToFileURL(resolve(file));
  const playlist = readPlaylist(await readFile(file, 'utf8'), base);
  if ('code' in playlist) return playlist.detail ?? 'not an HLS playlist';
  if (playlist.type === 'multivariant')
    return 'a multivariant playlist; give the playlist of one of its variants';
  const folder = dirname(resolve(file));
  const missing: string[] = [];
  let bytes = 0;
  // Several segments may be parts of one file.
  const files = new Set(playlist.segments.map(({ url }) => url.href));
  for (const href of files) {
    const url = new URL(href);
    if (url.protocol !== 'file:') return `segment ${href} is not next to the playlist`;
    const path = fileURLToPath(url);
    if (!path.startsWith(`${folder}/`)) return `segment ${path} is not below ${folder}`;
    const size = await sizeOf(path);
    if (size === 0) missing.push(path.slice(folder.length + 1));
    bytes += size;
  }
  return {
    ...{ listed: playlist.segments.length, missing, bytes, hasEnded: playlist.hasEnded },
    statedMs: playlist.segments.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
};

/** Size of a file; 0: there is none. */
const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
};
