import { createFile, Log, type Movie, MP4BoxBuffer, type Track } from 'mp4box';
import { MediaError } from './media-error.ts';
import { NAL, nalType } from './nal-unit.ts';

/** A frame or packet of a track. */
export interface Mp4Sample {
  data: Uint8Array;
  /** Presentation time, s. */
  seconds: number;
}

export interface H264Sample extends Mp4Sample {
  nals: Uint8Array[];
  keyframe: boolean;
}

interface OpenedTrack {
  track: Track;
  samples: (Mp4Sample & { keyframe: boolean; decodedAt: number })[];
  entry: unknown;
}

/** Names of codecs by their sample entries; other codecs are shown by their entry. */
const NAMES: Record<string, string> = { hvc1: 'H.265', hev1: 'H.265', mp4a: 'AAC' };
const nameOf = (codec: string): string => NAMES[codec.split('.')[0] ?? ''] ?? codec;

/** Opens a track; any error of the parser on damaged bytes becomes a MediaError. */
const open = (file: Uint8Array, kind: 'video' | 'audio'): OpenedTrack => {
  try {
    return parse(file, kind);
  } catch (cause) {
    if (cause instanceof MediaError) throw cause;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new MediaError(`is a damaged MP4 file (${what})`, { cause });
  }
};

/** Silences the parser, which would print errors: they are thrown instead. */
Log.error = () => {};

const parse = (file: Uint8Array, kind: 'video' | 'audio'): OpenedTrack => {
  const mp4 = createFile();
  const bytes = new Uint8Array(file).buffer;
  mp4.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes, 0));
  mp4.flush();
  const movie: Movie = mp4.getInfo();
  if (!movie.hasMoov) throw new MediaError('is not an MP4 file, or is truncated: it has no index');
  const track = movie.tracks.find(({ type }) => type === kind);
  if (track === undefined) throw new MediaError(`has no ${kind} track`);
  const samples = mp4
    .getTrackSamplesInfo(track.id)
    .map(({ offset, size, cts, dts, timescale, is_sync }, index) => {
      if (offset + size > file.length)
        throw new MediaError(
          `is truncated: sample ${index} ends at byte ${offset + size}, the file has ${file.length}`,
        );
      return {
        data: file.subarray(offset, offset + size),
        seconds: cts / timescale,
        decodedAt: dts / timescale,
        keyframe: is_sync,
      };
    });
  if (samples.length === 0) throw new MediaError(`has an empty ${kind} track`);
  const entry = mp4.getTrackById(track.id)?.mdia?.minf?.stbl?.stsd?.entries[0];
  return { track, samples, entry };
};

/** Contents of an `avc1` sample entry (ISO/IEC 14496-15 §5.3.3). */
interface AvcConfiguration {
  lengthSizeMinusOne: number;
  SPS: { data: Uint8Array }[];
  PPS: { data: Uint8Array }[];
}

const configurationOf = (entry: unknown): AvcConfiguration => {
  if (typeof entry === 'object' && entry !== null && 'avcC' in entry)
    return entry.avcC as AvcConfiguration;
  throw new MediaError('has an H.264 track without parameter sets');
};

const splitNals = (data: Uint8Array, lengthBytes: number, index: number): Uint8Array[] => {
  const nals: Uint8Array[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data.subarray(at, at + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
    const start = at + lengthBytes;
    if (length === 0 || start + length > data.length)
      throw new MediaError(`has a damaged frame ${index}: a NAL unit has an impossible length`);
    nals.push(data.subarray(start, start + length));
    at = start + length;
  }
  return nals;
};

/**
 * Reads the pictures of the first video track, in order, with the parameter sets before each
 * keyframe.
 * @throws MediaError if the file is not MP4, damaged, truncated, not H.264, or has B-frames
 */
export const readMp4Video = (file: Uint8Array): H264Sample[] => {
  const { track, samples, entry } = open(file, 'video');
  if (!track.codec.startsWith('avc'))
    throw new MediaError(`has ${nameOf(track.codec)} video; H.264 can be sent`);
  const { lengthSizeMinusOne, SPS, PPS } = configurationOf(entry);
  const sets = [...SPS, ...PPS].map(({ data }) => data);
  const delay = (samples[0]?.seconds ?? 0) - (samples[0]?.decodedAt ?? 0);
  return samples.map(({ data, seconds, decodedAt, keyframe }, index) => {
    if (Math.abs(seconds - decodedAt - delay) > 1e-6)
      throw new MediaError(
        `has B-frames (frame ${index} is shown in another order than sent), which WebRTC does not have`,
      );
    const nals = splitNals(data, lengthSizeMinusOne + 1, index);
    const complete = nals.some((nal) => nalType(nal) === NAL.sps);
    return { data, seconds, keyframe, nals: keyframe && !complete ? [...sets, ...nals] : nals };
  });
};

/**
 * Reads the Opus packets of the first audio track.
 * @throws MediaError if the file is not MP4, damaged, truncated, or has other audio
 */
export const readMp4Audio = (file: Uint8Array): Uint8Array[] => {
  const { track, samples } = open(file, 'audio');
  if (track.codec.toLowerCase() !== 'opus')
    throw new MediaError(`has ${nameOf(track.codec)} audio; Opus can be sent`);
  return samples.map(({ data }) => data);
};
