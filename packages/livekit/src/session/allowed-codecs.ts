import type { Codec as AllowedCodec } from '@livekit/protocol';
import type { Failure } from '../failure.ts';
import type { Codec, MediaKind } from '../media-plane.ts';
import type { TrackSpec } from '../sdp/own-track.ts';

/** MIME types by codec, as in livekit.yaml and CreateRoom. */
export const CODEC_MIMES: Readonly<Record<Codec, string>> = {
  opus: 'audio/opus',
  vp8: 'video/VP8',
  h264: 'video/H264',
  vp9: 'video/VP9',
  av1: 'video/AV1',
};

/** @param allowed codecs of a room; empty: all */
export const isAllowed = (mime: string, allowed: readonly Pick<AllowedCodec, 'mime'>[]): boolean =>
  allowed.length === 0 || allowed.some((one) => one.mime.toLowerCase() === mime.toLowerCase());

/**
 * Failure of a participant whose room does not allow the codec of a track: the server would accept
 * the track and reject its m-line.
 * @param allowed codecs in the JoinResponse; empty: all
 * @returns null when all are allowed
 */
export const codecFailure = (
  tracks: readonly Pick<TrackSpec, 'kind' | 'codec'>[],
  allowed: readonly Pick<AllowedCodec, 'mime'>[],
): Failure | null => {
  const track = tracks.find(({ codec }) => !isAllowed(CODEC_MIMES[codec], allowed));
  if (track === undefined) return null;
  const { kind, codec } = track;
  const names = allowed.map(({ mime }) => nameOf(mime)).join(', ');
  return {
    reason: 'codec_not_allowed',
    message: `this room does not allow ${nameOf(CODEC_MIMES[codec])} (room.enabled_codecs, or the request that created the room: ${names})`,
    hint: [...otherCodec(kind, allowed), `allow it: - mime: ${CODEC_MIMES[codec]}`].join('; or '),
    retryable: false,
  };
};

/** Video codecs that can be chosen, the most common first. */
const VIDEO_CODECS = ['h264', 'vp8', 'vp9', 'av1'] as const satisfies readonly Codec[];

const otherCodec = (kind: MediaKind, allowed: readonly Pick<AllowedCodec, 'mime'>[]): string[] => {
  const other = VIDEO_CODECS.find((codec) => isAllowed(CODEC_MIMES[codec], allowed));
  return kind === 'audio' || other === undefined
    ? []
    : [`use --codec ${other} (in a scenario file: codec: ${other})`];
};

/** Name of a codec: `video/VP8` → `VP8`. */
const nameOf = (mime: string): string => {
  const [, name = mime] = mime.split('/');
  return name.toLowerCase() === 'opus' ? 'Opus' : name;
};
