/**
 * Makes all clips again: encodes them, decodes each to its end, packetises them, and writes the
 * manifest:
 *
 *     node scripts/clips/make-clips.ts
 *
 * Needs ffmpeg (with libopus, libvpx and libx264), a C compiler with libvpx and libaom, espeak-ng
 * and the DejaVu Sans Mono font; takes about a minute and 400 MB of temporary space.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  audioClip,
  LAYERED_CLIPS,
  layeredClip,
  opusClip,
  type Resolution,
  SCREEN_PRESETS,
  type ScreenResolution,
  VIDEO_PRESETS,
  videoClip,
  writeClip,
} from '@livekit-swarm/media';
import { MUSIC_KILOBITS } from '@livekit-swarm/scenario';
import type { ClipData, ClipName } from '@livekit-swarm/webrtc';
import { compileEncoder, makeLayeredVideo } from './layered-video.ts';
import { type Manifest, sha256 } from './manifest.ts';
import { makeMusic } from './music.ts';
import { drawPicture } from './picture.ts';
import { drawScreen } from './screen.ts';
import { decodeSpeech, makeSpeech } from './speech.ts';
import { makeSpeechWithDtx } from './speech-dtx.ts';
import { toolVersion } from './tool.ts';
import { makeScreen, makeVideo } from './video.ts';

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
  writeFileSync(join(CLIPS, 'speech.pcm'), decodeSpeech(opus));
  const pausing = makeSpeechWithDtx(work);
  write('speech-dtx', opusClip(pausing.packets, pausing.levels));
  for (const kilobits of MUSIC_KILOBITS) {
    const music = makeMusic(kilobits * 1_000, work);
    write(`music-${kilobits}`, audioClip(music.opus, music.levels));
  }
  const encoder = compileEncoder(work);
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
    for (const { name, codec, mode } of LAYERED_CLIPS.filter(
      (one) => one.resolution === resolution,
    )) {
      const preset = VIDEO_PRESETS[resolution];
      const file = join(work, `${name}.ivf`);
      makeLayeredVideo(encoder, codec, mode, preset, picture, file);
      write(name, layeredClip(codec, mode, preset, readEncoded(file)));
    }
    rmSync(picture);
  }
  for (const resolution of Object.keys(SCREEN_PRESETS) as ScreenResolution[]) {
    const page = drawScreen(resolution, work);
    for (const codec of ['vp8', 'h264'] as const)
      write(
        `${codec}-screen-${resolution}`,
        videoClip(
          codec,
          SCREEN_PRESETS[resolution],
          readEncoded(makeScreen(codec, resolution, page, work)),
        ),
      );
    rmSync(page);
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
