/**
 * Makes all clips anew, decodes each of them to its end, and writes the manifest:
 *
 *     node packages/media/scripts/make-clips.ts
 *
 * Needs ffmpeg (with libopus, libvpx and libx264), espeak-ng and the DejaVu Sans Mono font; takes about a minute and 400 MB for the time being.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest, VideoEntry } from '../src/manifest.ts';
import { type Resolution, VIDEO_PRESETS } from '../src/video-preset.ts';
import { drawPicture } from './picture.ts';
import { makeSpeech } from './speech.ts';
import { toolVersion } from './tool.ts';
import { makeVideo } from './video.ts';

const CLIPS = fileURLToPath(new URL('../clips/', import.meta.url));

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const makeVideos = (resolution: Resolution, work: string): VideoEntry[] => {
  say(`drawing ${resolution}`);
  const picture = drawPicture(resolution, work);
  const entries = (['vp8', 'h264'] as const).map((codec) => makeVideo(codec, resolution, picture, CLIPS));
  rmSync(picture);
  for (const { file, bitrate } of entries) say(`${file}: ${bitrate} bit/s, decodes`);
  return entries;
};

const work = mkdtempSync(join(tmpdir(), 'swarm-clips-'));
try {
  mkdirSync(CLIPS, { recursive: true });
  const madeWith = { ffmpeg: toolVersion('ffmpeg', '-version'), 'espeak-ng': toolVersion('espeak-ng', '--version') };
  const audio = makeSpeech(CLIPS, work);
  say(`${audio.file}: ${audio.bitrate} bit/s, decodes`);
  const video = (Object.keys(VIDEO_PRESETS) as Resolution[]).flatMap((resolution) => makeVideos(resolution, work));
  const manifest: Manifest = { madeWith, audio, video };
  writeFileSync(join(CLIPS, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}
