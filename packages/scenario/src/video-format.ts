import { layersOf } from './plan/media-rates.ts';
import { clipBitrate } from './plan/video-rates.ts';
import type { Resolution, TrackPlan, VideoCodec } from './track-plan.ts';

type Video = Extract<TrackPlan, { kind: 'video' }>;

/** Problem of a video: the key that causes it, and what to write instead. */
export interface VideoProblem {
  key: 'screen' | 'codec' | 'simulcast' | 'scalabilityMode' | 'bitrate';
  message: string;
  hint: string;
}

/** Sizes with clips; with layers in one stream, sizes of the highest layer. */
const SIZES: Partial<Record<VideoCodec, readonly Resolution[]>> = {
  vp9: ['360p', '720p'],
  av1: ['360p', '720p'],
};
const LAYERED_SIZES: Partial<Record<VideoCodec, readonly Resolution[]>> = {
  vp9: ['720p'],
  av1: ['720p'],
};

const SCREEN_SIZES: readonly Resolution[] = ['720p', '1080p'];
const SCREEN_CODECS: readonly VideoCodec[] = ['vp8', 'h264'];

/** Largest bit rate, higher than that of browsers, bit/s. */
const MAX_BITRATE = 20_000_000;
/** Share by which a bit rate may be below that of a clip and still count as equal. */
const TOLERANCE = 0.05;

/**
 * First problem of a video: not every codec exists in every size, with every kind of layers, and at
 * every bit rate.
 */
export const videoProblem = (track: Video): VideoProblem | null =>
  (track.source === 'screen' ? screenProblem(track) : cameraProblem(track)) ??
  bitrateProblem(track);

const screenProblem = ({
  codec,
  resolution,
  simulcast,
  scalabilityMode,
}: Video): VideoProblem | null => {
  if (scalabilityMode !== undefined)
    return {
      key: 'scalabilityMode',
      message: 'is not available for a shared screen',
      hint: 'write simulcast: true',
    };
  if (!SCREEN_CODECS.includes(codec))
    return {
      key: 'codec',
      message: `${codec} is not available for a shared screen`,
      hint: `take ${SCREEN_CODECS.join(' or ')}`,
    };
  if (!SCREEN_SIZES.includes(resolution))
    return {
      key: 'screen',
      message: `a shared screen is not available in ${resolution}`,
      hint: `take ${SCREEN_SIZES.join(' or ')}`,
    };
  if (simulcast && resolution === SCREEN_SIZES[0])
    return {
      key: 'simulcast',
      message: `${resolution} is the lowest layer of a shared screen already`,
      hint: 'leave simulcast out, or take 1080p',
    };
  return null;
};

const bitrateProblem = (track: Video): VideoProblem | null => {
  const { bitrates = [], codec } = track;
  if (bitrates.length === 0) return null;
  const problem = (message: string, hint: string): VideoProblem => ({
    key: 'bitrate',
    message,
    hint,
  });
  if (!['vp8', 'h264'].includes(codec))
    return problem(`cannot be chosen for ${codec}`, 'leave it out, or take vp8 or h264');
  const layers = layersOf(track);
  if (bitrates.length > layers.length)
    return problem(
      `has ${bitrates.length} values for ${layers.length === 1 ? 'one layer' : `${layers.length} layers`}`,
      'write one for each layer, the highest last, or only that of the highest',
    );
  for (const [index, asked] of bitrates.entries()) {
    const resolution = layers[index - bitrates.length + layers.length];
    if (resolution === undefined) continue;
    const least = clipBitrate(track, resolution);
    if (asked < least * (1 - TOLERANCE))
      return problem(
        `is less than the ${(least / 1e6).toFixed(2)} Mbit/s that ${codec} has in ${resolution}`,
        'leave it out, or take a lower resolution',
      );
    if (asked > MAX_BITRATE)
      return problem(`is more than ${MAX_BITRATE / 1e6} Mbit/s`, 'take less');
  }
  return null;
};

const cameraProblem = ({
  codec,
  resolution,
  simulcast,
  scalabilityMode,
}: Video): VideoProblem | null => {
  const layered = LAYERED_SIZES[codec];
  if (scalabilityMode !== undefined && layered === undefined)
    return {
      key: 'scalabilityMode',
      message: `${codec} has no layers in one stream`,
      hint: 'write simulcast: true, or codec: vp9 or av1',
    };
  if (simulcast && layered !== undefined)
    return {
      key: 'simulcast',
      message: `${codec} is not published as simulcast: it has layers in one stream`,
      hint: `leave simulcast out and write scalabilityMode: L3T3_KEY`,
    };
  const sizes = (scalabilityMode === undefined ? SIZES : LAYERED_SIZES)[codec];
  if (sizes !== undefined && !sizes.includes(resolution)) {
    const what = scalabilityMode === undefined ? codec : `${codec} ${scalabilityMode}`;
    return {
      key: 'codec',
      message: `${what} is not available in ${resolution}`,
      hint: `take ${sizes.join(' or ')}, or another codec`,
    };
  }
  if (simulcast && resolution === '180p')
    return {
      key: 'simulcast',
      message: '180p is the lowest layer already',
      hint: 'leave simulcast out, or take 360p or more',
    };
  return null;
};

/**
 * Check whether livekit-client can encrypt the track end to end: it does not encrypt VP9 and AV1.
 */
export const canBeEncrypted = (track: TrackPlan): boolean =>
  track.kind === 'audio' || (track.codec !== 'vp9' && track.codec !== 'av1');
