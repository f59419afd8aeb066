/**
 * Makes all clips again: encodes them, decodes each to its end, packetises them, and writes the manifest:
 *
 *     node scripts/clips/make-clips.ts
 *
 * Needs ffmpeg (with libopus, libvpx and libx264), espeak-ng and the DejaVu Sans Mono font; takes about a minute and 400 MB of temporary space.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClipData, ClipName } from '@livekit-swarm/webrtc';
import { audioClip } from './audio-clip.ts';
import { type Manifest, sha256 } from './manifest.ts';
import { drawPicture } from './picture.ts';
import { makeSpeech } from './speech.ts';
import { toolVersion } from './tool.ts';
import { makeVideo } from './video.ts';
import { videoClip } from './video-clip.ts';
import { type Resolution, VIDEO_PRESETS } from './video-preset.ts';
import { writeClip } from './write-clip.ts';

const CLIPS = fileURLToPath(new URL('../../packages/webrtc/clips/', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

const work = mkdtempSync(join(tmpdir(), 'swarm-clips-'));
const encoded: Manifest['encoded'] = {};

/** Reads an encoded file and notes its hash. */
const readEncoded = (file: string): Uint8Array => {
  const bytes = readFileSync(file);
  encoded[basename(file)] = sha256(bytes);
  return bytes;
};

const write = (name: ClipName, clip: ClipData): void => {
  const file = writeClip(clip);
  writeFileSync(join(CLIPS, `${name}.clip`), file);
  process.stderr.write(
    `${name}.clip: ${file.length} bytes, ${clip.frames.length / 4} frames, ${clip.packets.length / 4} packets\n`,
  );
};

try {
  const { opus, levels } = makeSpeech(join(HERE, 'encoded'), work);
  write('speech', audioClip(readEncoded(opus), readEncoded(levels)));
  for (const resolution of Object.keys(VIDEO_PRESETS) as Resolution[]) {
    const picture = drawPicture(resolution, work);
    for (const codec of ['vp8', 'h264'] as const)
      write(
        `${codec}-${resolution}`,
        videoClip(
          codec,
          VIDEO_PRESETS[resolution],
          readEncoded(makeVideo(codec, resolution, picture, work)),
        ),
      );
    rmSync(picture);
  }
  const madeWith = {
    ffmpeg: toolVersion('ffmpeg', '-version'),
    'espeak-ng': toolVersion('espeak-ng', '--version'),
  };
  const manifest: Manifest = { madeWith, encoded };
  writeFileSync(join(HERE, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}
