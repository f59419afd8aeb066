import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Resolution,
  readAnnexB,
  readIvf,
  SCREEN_PRESETS,
  type ScreenResolution,
  VIDEO_PRESETS,
  type VideoCodec,
  type VideoPreset,
} from '@livekit-swarm/media';
import { SECONDS } from './picture.ts';
import { SCREEN_SECONDS, STILL_SECONDS } from './screen.ts';
import { ffmpeg } from './tool.ts';

/** Settings that depend on the picture. */
interface Content {
  keyframeSeconds: number;
  /**
   * Smallest quantizers: without them, an encoder would spend bits on a still picture again and
   * again.
   */
  finest: Record<VideoCodec, number>;
}

const CAMERA: Content = { keyframeSeconds: 2, finest: { vp8: 4, h264: 0 } };
/** Keyframes of a page, one while it is still, and one when it begins to scroll. */
const SCREEN: Content = { keyframeSeconds: STILL_SECONDS, finest: { vp8: 20, h264: 16 } };
/** Tolerance of a clip's mean bit rate, share, and number of attempts with a corrected target. */
const TOLERANCE = 0.02;
const ATTEMPTS = 6;

interface Encoder {
  extension: string;
  /**
   * Arguments of ffmpeg for a constant bit rate with half a second of buffer, as a real-time sender
   * encodes: no look-ahead, one reference, one slice.
   */
  args(preset: VideoPreset, bitrate: number, content: Content): string[];
  /** Number of bytes of coded pictures in a file, without its container. */
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
  args: ({ fps }, bitrate, { keyframeSeconds, finest }) => {
    const interval = `${fps * keyframeSeconds}`;
    const constant = [
      ...rate(bitrate),
      '-minrate',
      `${bitrate}`,
      '-rc_init_occupancy',
      `${Math.round(bitrate / 2)}`,
    ];
    // A negative value is a fixed speed. With a positive one, libvpx would choose the speed by
    // encoding time, so a busy host would make another clip.
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
    const limits = [
      '-qmin',
      `${finest.vp8}`,
      '-qmax',
      '60',
      '-undershoot-pct',
      '100',
      '-overshoot-pct',
      '15',
    ];
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
  args: ({ fps, height }, bitrate, { keyframeSeconds, finest }) => {
    const interval = fps * keyframeSeconds;
    // 3.1 is what browsers offer (42e01f) and enough for 720p at 30 frames a second; 1080p needs 4
    // (ITU-T H.264 table A-1).
    const level = height > 720 ? '4.0' : '3.1';
    const gop = `keyint=${interval}:min-keyint=${interval}:scenecut=0:open-gop=0:bframes=0:ref=1`;
    const stream = `slices=1:sliced-threads=0:repeat-headers=1:force-cfr=1:aud=0:qpmin=${finest.h264}`;
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
    // x264 writes its settings into the stream (SEI, type 6), which no camera would send.
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

const encodeOnce = (
  codec: VideoCodec,
  preset: VideoPreset,
  bitrate: number,
  content: Content,
  picture: string,
  output: string,
): void => {
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
  const args = ENCODERS[codec].args(preset, bitrate, content);
  ffmpeg('-i', picture, ...sameBytes, ...args, output);
};

/** Encodes repeatedly with a corrected target until the mean bit rate is that of the preset. */
const encode = (codec: VideoCodec, preset: VideoPreset, picture: string, output: string): void => {
  const { bytes } = ENCODERS[codec];
  let target = preset.maxBitrate;
  let bitrate = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    encodeOnce(codec, preset, target, CAMERA, picture, output);
    bitrate = Math.round((bytes(readFileSync(output)) * 8) / SECONDS);
    if (Math.abs(bitrate / preset.maxBitrate - 1) <= TOLERANCE) return;
    target = Math.round((target * preset.maxBitrate) / bitrate);
  }
  throw new Error(
    `${output} has ${bitrate} bit/s after ${ATTEMPTS} attempts; ${preset.maxBitrate} wanted`,
  );
};

/**
 * Decodes the whole file, and requires every frame, and a minimum of different ones: the picture
 * must move.
 */
const checkDecodes = (
  file: string,
  { width, height }: VideoPreset,
  frames: number,
  different = frames,
): void => {
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
  if (pictures.size < different)
    throw new Error(`${file} decodes to ${pictures.size} different pictures in ${frames} frames`);
  if (!listing.includes(`#dimensions 0: ${width}x${height}`))
    throw new Error(`${file} does not decode to ${width}x${height}`);
};

/**
 * Encodes a drawn picture into `directory` and returns the file.
 * @throws Error when the bit rate differs from the preset, or the file does not decode to the
 * picture's frames
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

/**
 * Encodes a drawn page, with the bit rate of its preset while it scrolls and almost none while it
 * is still.
 * @throws Error when the file does not decode to the page's frames
 */
export const makeScreen = (
  codec: VideoCodec,
  resolution: ScreenResolution,
  page: string,
  directory: string,
): string => {
  const preset = SCREEN_PRESETS[resolution];
  const output = join(directory, `${codec}-screen-${resolution}.${ENCODERS[codec].extension}`);
  encodeOnce(codec, preset, preset.maxBitrate, SCREEN, page, output);
  const scrolling = preset.fps * (SCREEN_SECONDS - STILL_SECONDS);
  checkDecodes(output, preset, preset.fps * SCREEN_SECONDS, scrolling);
  return output;
};
