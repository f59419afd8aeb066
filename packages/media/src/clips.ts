import { readFileSync } from 'node:fs';
import { audioClip } from './audio-clip.ts';
import type { Clip } from './clip.ts';
import { type Manifest, parseManifest, sha256 } from './manifest.ts';
import { MediaError } from './media-error.ts';
import { videoClip } from './video-clip.ts';
import { type Resolution, VIDEO_PRESETS, type VideoCodec } from './video-preset.ts';

export type ClipRequest = { kind: 'audio' } | { kind: 'video'; codec: VideoCodec; resolution: Resolution };

export type LoadClip = (request: ClipRequest) => Clip;

const WHAT_NEXT = 'Install the package again, or in a checkout: git checkout -- packages/media/clips';

/** Adds the file and what to do to whatever goes wrong with it. */
const concerning = <Result>(file: string, work: () => Result): Result => {
  try {
    return work();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new MediaError(`clip ${file}: ${what}. ${WHAT_NEXT}`, { cause });
  }
};

const readChecked = (directory: URL, { file, sha256: expected }: { file: string; sha256: string }): Uint8Array => {
  const bytes = readFileSync(new URL(file, directory));
  const found = sha256(bytes);
  if (found !== expected) throw new MediaError(`it is not the file of the manifest: SHA-256 is ${found}, should be ${expected}`);
  return bytes;
};

const loadAudio = (directory: URL, { audio }: Manifest): Clip =>
  concerning(audio.file, () => audioClip(audio, readChecked(directory, audio), readChecked(directory, audio.levels)));

const loadVideo = (directory: URL, manifest: Manifest, codec: VideoCodec, resolution: Resolution): Clip => {
  const { width, height } = VIDEO_PRESETS[resolution];
  const entry = manifest.video.find((video) => video.codec === codec && video.width === width && video.height === height);
  if (entry === undefined) throw new MediaError(`clip manifest.json: lists no ${codec} clip of ${resolution}. ${WHAT_NEXT}`);
  return concerning(entry.file, () => videoClip(entry, readChecked(directory, entry)));
};

/** Loads clips out of a directory with a manifest.json, each once. Reading is synchronous and takes milliseconds. */
export const clipLoader = (directory: URL): LoadClip => {
  const loaded = new Map<string, Clip>();
  let manifest: Manifest | undefined;
  const load: LoadClip = (request) => {
    manifest ??= concerning('manifest.json', () => parseManifest(readFileSync(new URL('manifest.json', directory), 'utf8')));
    return request.kind === 'audio'
      ? loadAudio(directory, manifest)
      : loadVideo(directory, manifest, request.codec, request.resolution);
  };
  return (request) => {
    const key = request.kind === 'audio' ? 'audio' : `${request.codec} ${request.resolution}`;
    const clip = loaded.get(key) ?? load(request);
    loaded.set(key, clip);
    return clip;
  };
};

/**
 * One of the clips that come with this package, checked against its manifest, packetised, and kept for the life of the process: the same
 * object each time, not to be written to.
 *
 * @example loadClip({ kind: 'video', codec: 'vp8', resolution: '720p' })
 * @throws MediaError when the clip is missing or damaged
 */
export const loadClip: LoadClip = clipLoader(new URL('../clips/', import.meta.url));
