import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnnexB } from './annex-b.ts';
import { readIvf } from './ivf.ts';
import { SECONDS } from './picture.ts';
import { ffmpeg } from './tool.ts';
import {
  type Resolution,
  VIDEO_PRESETS,
  type VideoCodec,
  type VideoPreset,
} from './video-preset.ts';

const KEYFRAME_SECONDS = 2;
/** How near to its target a clip's mean bit rate must come, and how often the encoder is asked again with a corrected one. */
const TOLERANCE = 0.02;
const ATTEMPTS = 6;

interface Encoder {
  extension: string;
  /** ffmpeg's arguments for constant bit rate with half a second of buffer, as a real-time sender encodes: no look-ahead, one reference, one slice. */
  args(preset: VideoPreset, bitrate: number): string[];
  /** Bytes of coded pictures in a file, without its container. */
  bytes(file: Uint8Array): number;
}

const rate = (bitrate: number): string[] => [
  '-b:v',
  `${bitrate}`,
  '-maxrate',
  `${bitrate}`,
  '-bufsize',
  `${Math.round(bitrate / 2)}`,
];
const sum = (lengths: number[]): number => lengths.reduce((total, length) => total + length, 0);

const VP8: Encoder = {
  extension: 'ivf',
  args: ({ fps }, bitrate) => {
    const interval = `${fps * KEYFRAME_SECONDS}`;
    const constant = [
      ...rate(bitrate),
      '-minrate',
      `${bitrate}`,
      '-rc_init_occupancy',
      `${Math.round(bitrate / 2)}`,
    ];
    // Negative: this speed. Positive, libvpx would choose one by how long encoding takes, so a busy host would make another clip.
    const realTime = [
      '-deadline',
      'realtime',
      '-cpu-used',
      '-4',
      '-lag-in-frames',
      '0',
      '-auto-alt-ref',
      '0',
      '-slices',
      '1',
    ];
    const limits = ['-qmin', '4', '-qmax', '60', '-undershoot-pct', '100', '-overshoot-pct', '15'];
    return [
      '-c:v',
      'libvpx',
      ...constant,
      ...realTime,
      ...limits,
      '-g',
      interval,
      '-keyint_min',
      interval,
      '-f',
      'ivf',
    ];
  },
  bytes: (file) => sum(readIvf(file).frames.map(({ data }) => data.length)),
};

const H264: Encoder = {
  extension: 'h264',
  args: ({ fps, height }, bitrate) => {
    const interval = fps * KEYFRAME_SECONDS;
    // 3.1 is what browsers offer (42e01f) and enough for 720p at 30 frames a second; 1080p needs 4 (ITU-T H.264 table A-1).
    const level = height > 720 ? '4.0' : '3.1';
    const gop = `keyint=${interval}:min-keyint=${interval}:scenecut=0:open-gop=0:bframes=0:ref=1`;
    const stream = 'slices=1:sliced-threads=0:repeat-headers=1:force-cfr=1:aud=0';
    const profile = [
      '-profile:v',
      'baseline',
      '-level',
      level,
      '-preset',
      'fast',
      '-tune',
      'zerolatency',
    ];
    // x264 writes its settings into the stream (SEI, type 6): nothing a camera would send.
    const bare = ['-bsf:v', 'filter_units=remove_types=6'];
    return [
      '-c:v',
      'libx264',
      ...profile,
      ...rate(bitrate),
      '-x264-params',
      `${gop}:${stream}`,
      ...bare,
      '-f',
      'h264',
    ];
  },
  bytes: (file) => sum(readAnnexB(file).flatMap(({ nals }) => nals.map((nal) => nal.length))),
};

const ENCODERS: Record<VideoCodec, Encoder> = { vp8: VP8, h264: H264 };

/** Encodes again with a corrected target until the mean bit rate is the preset's. */
const encode = (codec: VideoCodec, preset: VideoPreset, picture: string, output: string): void => {
  const { args, bytes } = ENCODERS[codec];
  let target = preset.maxBitrate;
  let bitrate = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const sameBytes = [
      '-map_metadata',
      '-1',
      '-fflags',
      '+bitexact',
      '-flags',
      '+bitexact',
      '-threads',
      '1',
    ];
    ffmpeg('-i', picture, ...sameBytes, ...args(preset, target), output);
    bitrate = Math.round((bytes(readFileSync(output)) * 8) / SECONDS);
    if (Math.abs(bitrate / preset.maxBitrate - 1) <= TOLERANCE) return;
    target = Math.round((target * preset.maxBitrate) / bitrate);
  }
  throw new Error(
    `${output} has ${bitrate} bit/s after ${ATTEMPTS} attempts; ${preset.maxBitrate} wanted`,
  );
};

/** Decodes the whole file; every frame must come out, each different from the others: the picture must move. */
const checkDecodes = (file: string, { width, height }: VideoPreset, frames: number): void => {
  const listing = ffmpeg(
    '-xerror',
    '-err_detect',
    'explode',
    '-i',
    file,
    '-f',
    'framemd5',
    '-',
  ).toString();
  const rows = listing.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pictures = new Set(rows.map((row) => row.split(',').at(-1)?.trim()));
  if (rows.length !== frames)
    throw new Error(`${file} decodes to ${rows.length} frames; ${frames} were drawn`);
  if (pictures.size !== frames)
    throw new Error(`${file} decodes to ${pictures.size} different pictures in ${frames} frames`);
  if (!listing.includes(`#dimensions 0: ${width}x${height}`))
    throw new Error(`${file} does not decode to ${width}x${height}`);
};

/**
 * Encodes a drawn picture into `directory` and returns the file.
 * @throws Error when the bit rate is missed or the file does not decode to the picture's frames
 */
export const makeVideo = (
  codec: VideoCodec,
  resolution: Resolution,
  picture: string,
  directory: string,
): string => {
  const preset = VIDEO_PRESETS[resolution];
  const output = join(directory, `${codec}-${resolution}.${ENCODERS[codec].extension}`);
  encode(codec, preset, picture, output);
  checkDecodes(output, preset, preset.fps * SECONDS);
  return output;
};
