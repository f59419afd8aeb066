import type { ClipData } from '@livekit-swarm/webrtc';
import { readAnnexB } from './annex-b.ts';
import { buildClip } from './build-clip.ts';
import { readSps } from './h264-sps.ts';
import { readIvf } from './ivf.ts';
import { MediaError } from './media-error.ts';
import { NAL, nalType } from './nal-unit.ts';
import { packetizeH264 } from './packetize-h264.ts';
import { packetizeVp8 } from './packetize-vp8.ts';
import type { VideoCodec, VideoPreset } from './video-preset.ts';
import { readVp8Frame } from './vp8-frame.ts';

/** RTP clock of all video (RFC 6184 §8.2.1, RFC 7741 §4.1). */
const VIDEO_CLOCK_RATE = 90_000;

/** Packetised frame. */
interface CodedFrame {
  payloads: Uint8Array[];
  keyframe: boolean;
  /** Size of the picture, pixels; null if the frame does not contain it. */
  size: { width: number; height: number } | null;
}

const vp8Frames = (file: Uint8Array, { fps }: VideoPreset): CodedFrame[] => {
  const { codec, rate, scale, frames } = readIvf(file);
  if (codec !== 'VP80')
    throw new MediaError(`the IVF header has codec ${JSON.stringify(codec)}; VP8 is "VP80"`);
  return frames.map(({ data, pts }, index) => {
    const { keyframe, shown, size } = readVp8Frame(data);
    if (!shown)
      throw new MediaError(`frame ${index} is not shown; a clip has no alternate reference frames`);
    if (pts * scale * fps !== index * rate)
      throw new MediaError(`frame ${index} is not due at ${index}/${fps} s`);
    return { payloads: packetizeVp8(data), keyframe, size };
  });
};

const h264Frames = (file: Uint8Array): CodedFrame[] =>
  readAnnexB(file).map(({ nals, keyframe }, index) => {
    const sps = nals.find((nal) => nalType(nal) === NAL.sps);
    const isComplete = sps !== undefined && nals.some((nal) => nalType(nal) === NAL.pps);
    if (keyframe && !isComplete)
      throw new MediaError(
        `keyframe ${index} has no parameter sets: a subscriber that starts there could not decode it`,
      );
    return {
      payloads: packetizeH264(nals),
      keyframe,
      size: sps === undefined ? null : readSps(sps),
    };
  });

const READERS: Record<VideoCodec, (file: Uint8Array, preset: VideoPreset) => CodedFrame[]> = {
  vp8: vp8Frames,
  h264: h264Frames,
};

/**
 * Makes a clip of an IVF (VP8) or Annex B (H.264) file.
 * @throws MediaError if the file is damaged, does not begin with a keyframe, or has another size or
 * frame rate than the preset
 */
export const videoClip = (codec: VideoCodec, preset: VideoPreset, file: Uint8Array): ClipData => {
  const { width, height, fps } = preset;
  const frames = READERS[codec](file, preset);
  if (VIDEO_CLOCK_RATE % fps !== 0)
    throw new MediaError(
      `${fps} frames a second do not divide the RTP clock of ${VIDEO_CLOCK_RATE} Hz`,
    );
  if (!frames[0]?.keyframe)
    throw new MediaError(
      'the first frame is not a keyframe; a clip that loops must begin with one',
    );
  for (const [index, { size }] of frames.entries())
    if (size !== null && (size.width !== width || size.height !== height))
      throw new MediaError(
        `frame ${index} has ${size.width}x${size.height} pixels; the preset has ${width}x${height}`,
      );
  const duration = VIDEO_CLOCK_RATE / fps;
  return buildClip(
    { kind: 'video', codec, clockRate: VIDEO_CLOCK_RATE, width, height },
    frames.map(({ payloads, keyframe }) => ({ payloads, duration, keyframe })),
  );
};
