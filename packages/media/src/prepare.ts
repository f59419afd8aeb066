import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheDir, explainCacheError } from '@livekit-swarm/host';
import { CLIP_FORMAT, type ClipData, loadClipFile, readClip } from '@livekit-swarm/webrtc';
import { type ClipFacts, clipFacts } from './clip-facts.ts';
import { MediaError, UnreadableError } from './media-error.ts';
import { ownClip } from './own-clip.ts';
import { writeClip } from './write-clip.ts';

/** Largest accepted file, bytes: each worker holds the whole clip. */
const MAX_BYTES = 1_024 ** 3;
/** Size from which the preparation takes seconds, bytes. */
const LARGE_BYTES = 16 * 1_024 ** 2;

/** Version of the preparation; increased when the same file gives another clip. */
const PREPARATION = 1;

export type OwnKind = 'audio' | 'video';

const folder = (): string =>
  join(cacheDir(), 'clips', `format-${CLIP_FORMAT.version}.${PREPARATION}`);

const clipPath = (sha256: string, kind: OwnKind): string =>
  join(folder(), `${sha256}-${kind}.clip`);

const readCached = (sha256: string, kind: OwnKind): ClipData | null => {
  try {
    return readClip(readFileSync(clipPath(sha256, kind)));
  } catch {
    // The clip is absent or damaged: it is made again.
    return null;
  }
};

const keep = (sha256: string, kind: OwnKind, clip: Uint8Array): void => {
  const path = clipPath(sha256, kind);
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(unfinished, clip);
    renameSync(unfinished, path);
  } catch (error) {
    throw explainCacheError(error);
  }
};

const readWhole = (path: string): Uint8Array => {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES)
      throw new MediaError(`has ${size} bytes; ${MAX_BYTES} can be published at most`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof MediaError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const message = code === 'ENOENT' ? 'file not found' : `cannot be read (${code})`;
    throw new UnreadableError(message, { cause: error });
  }
};

/**
 * Makes a clip of a media file. The clip is cached under the SHA-256 of the file, so that it is
 * made once.
 * @param onLarge called with the size in bytes before the work on a large file begins
 * @throws MediaError if the file cannot be read or sent
 * @throws SwarmError `not_kept` if the cache cannot be written
 */
export const prepareMedia = (
  path: string,
  kind: OwnKind,
  onLarge: (bytes: number) => void = () => {},
): ClipFacts => {
  const file = readWhole(path);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const cached = readCached(sha256, kind);
  if (cached !== null) return clipFacts(sha256, cached);
  if (file.length >= LARGE_BYTES) onLarge(file.length);
  const clip = ownClip(file, extname(path).slice(1), kind);
  keep(sha256, kind, writeClip(clip));
  return clipFacts(sha256, clip);
};

/**
 * Loads the clip that was prepared of the file with this SHA-256.
 * @throws Error if the clip is no longer in the cache
 */
export const loadPrepared = (sha256: string, kind: OwnKind): ClipData =>
  loadClipFile(
    pathToFileURL(clipPath(sha256, kind)),
    'It is in the cache from the start of a run on; do not empty the cache meanwhile',
  );
