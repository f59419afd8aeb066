import type { ClipData } from '@livekit-swarm/webrtc';
import { opusClip } from './audio-clip.ts';
import { buildClip } from './build-clip.ts';
import { frameDurations, VIDEO_CLOCK_RATE } from './frame-durations.ts';
import { readSps } from './h264-sps.ts';
import { readIvf } from './ivf.ts';
import { MediaError } from './media-error.ts';
import { readMp4Audio, readMp4Video } from './mp4.ts';
import { NAL, nalType } from './nal-unit.ts';
import { type OpusPacket, readOggOpus } from './ogg-opus.ts';
import { opusPacketSamples } from './opus-packet.ts';
import { packetizeH264 } from './packetize-h264.ts';
import { packetizeVp8 } from './packetize-vp8.ts';
import { readVp8Frame } from './vp8-frame.ts';

/**
 * Audio level of all packets, -dBov: audible to livekit-server's speaker detection (-35), not loud.
 * Nothing is decoded, so the real level is unknown.
 */
const ASSUMED_LEVEL = 20;
const SILENT = 127;
const EMPTY_BYTES = 2;

const opusOf = (packets: OpusPacket[]): ClipData =>
  opusClip(
    packets,
    Uint8Array.from(packets, ({ data }) => (data.length <= EMPTY_BYTES ? SILENT : ASSUMED_LEVEL)),
  );

const oggClip = (file: Uint8Array): ClipData => {
  const { channels, packets } = readOggOpus(file);
  if (channels > 2) throw new MediaError(`has ${channels} channels; one or two can be sent`);
  return opusOf(packets);
};

const mp4AudioClip = (file: Uint8Array): ClipData =>
  opusOf(readMp4Audio(file).map((data) => ({ data, samples: opusPacketSamples(data) })));

interface Picture {
  payloads: Uint8Array[];
  keyframe: boolean;
  size: { width: number; height: number } | null;
}

const videoClipOf = (codec: 'vp8' | 'h264', seconds: number[], pictures: Picture[]): ClipData => {
  const size = pictures[0]?.size ?? null;
  if (size === null || pictures[0]?.keyframe !== true)
    throw new MediaError('does not begin with a keyframe');
  for (const [index, { size: other }] of pictures.entries())
    if (other !== null && (other.width !== size.width || other.height !== size.height))
      throw new MediaError(
        `changes from ${size.width}x${size.height} to ${other.width}x${other.height} pixels in frame ${index}`,
      );
  const durations = frameDurations(seconds);
  return buildClip(
    { kind: 'video', codec, clockRate: VIDEO_CLOCK_RATE, ...size },
    pictures.map(({ payloads, keyframe }, index) => ({
      payloads,
      keyframe,
      duration: durations[index] ?? 0,
    })),
  );
};

const ivfClip = (file: Uint8Array): ClipData => {
  const { codec, rate, scale, frames } = readIvf(file);
  if (codec !== 'VP80')
    throw new MediaError(`has ${JSON.stringify(codec)} video; VP8 ("VP80") can be sent`);
  const pictures = frames.map(({ data }, index): Picture => {
    const { keyframe, shown, size } = readVp8Frame(data);
    if (!shown)
      throw new MediaError(
        `has a frame that is not shown (${index}), which real-time encoders do not make`,
      );
    return { payloads: packetizeVp8(data), keyframe, size };
  });
  return videoClipOf(
    'vp8',
    frames.map(({ pts }) => (pts * scale) / rate),
    pictures,
  );
};

const BASELINE = '42';

const mp4VideoClip = (file: Uint8Array): ClipData => {
  const samples = readMp4Video(file);
  const pictures = samples.map(({ nals, keyframe }): Picture => {
    const sps = nals.find((nal) => nalType(nal) === NAL.sps);
    const profile = sps === undefined ? null : readSps(sps);
    if (profile !== null && !profile.profileLevelId.startsWith(BASELINE))
      throw new MediaError(
        `has H.264 profile ${profile.profileLevelId}; browsers are offered the Constrained Baseline profile`,
      );
    const size = profile === null ? null : { width: profile.width, height: profile.height };
    return { payloads: packetizeH264(nals), keyframe, size };
  });
  return videoClipOf(
    'h264',
    samples.map(({ seconds }) => seconds),
    pictures,
  );
};

/** Readers by the extension of the file and the kind of track. */
const READERS: Record<
  string,
  Partial<Record<'audio' | 'video', (file: Uint8Array) => ClipData>>
> = {
  ogg: { audio: oggClip },
  opus: { audio: oggClip },
  ivf: { video: ivfClip },
  mp4: { audio: mp4AudioClip, video: mp4VideoClip },
};

/**
 * Makes a clip of a user's media file.
 * @param extension extension of the file, without the dot
 * @throws MediaError if the file cannot be sent as it is: nothing is transcoded
 */
export const ownClip = (file: Uint8Array, extension: string, kind: 'audio' | 'video'): ClipData => {
  const read = READERS[extension.toLowerCase()]?.[kind];
  if (read === undefined) throw new MediaError(`cannot be published as ${kind}`);
  return read(file);
};
