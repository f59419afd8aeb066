import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A playlist that ffmpeg reads, until it is disposed of. */
export interface ReadablePlaylist extends AsyncDisposable {
  file: string;
}

/**
 * Copies a playlist and adds its end: ffmpeg waits for further segments of one without, and begins
 * near its end.
 */
export const withEnd = async (file: string): Promise<ReadablePlaylist> => {
  const base = dirname(resolve(file));
  const absolute = (address: string): string => `file:${resolve(base, address)}`;
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).map((line) => {
    if (!line.startsWith('#')) return line === '' ? line : absolute(line);
    return line.replace(/\bURI="([^":]*)"/, (_, address: string) => `URI="${absolute(address)}"`);
  });
  const folder = await mkdtemp(join(tmpdir(), 'swarm-playlist-'));
  const copy = join(folder, 'recording.m3u8');
  await writeFile(copy, `${lines.join('\n').trimEnd()}\n#EXT-X-ENDLIST\n`);
  return {
    file: copy,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};
