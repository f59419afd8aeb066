import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClipData } from './addon.d.ts';

/** Clips of VP9 and AV1, which exist in few sizes only. */
export const LAYERED_CLIP_NAMES = [
  'vp9-360p',
  'vp9-720p',
  'vp9-720p-l3t3-key',
  'av1-360p',
  'av1-720p',
  'av1-720p-l3t3-key',
] as const;
type LayeredClipName = (typeof LAYERED_CLIP_NAMES)[number];

/** The clips in `packages/webrtc/clips`: their file names without `.clip`. */
export type ClipName =
  | 'speech'
  | 'speech-dtx'
  | `music-${64 | 96 | 128 | 160 | 192}`
  | `${'vp8' | 'h264'}-${'180p' | '360p' | '540p' | '720p' | '1080p'}`
  | `${'vp8' | 'h264'}-screen-${'720p' | '1080p'}`
  | LayeredClipName;

/**
 * A clip file, little-endian: this header; the tables `packets` and `frames` as `ClipData`
 * describes them; one audio level per frame (audio only); all RTP payloads. Nothing is parsed or
 * packetised when a clip is loaded: the package `media` did both when it made the file.
 */
export const CLIP_FORMAT = {
  magic: 'SWRMCLIP',
  version: 1,
  /**
   * Payloads of VP9 and AV1 are preceded by their dependency descriptor, and that by its length in
   * one byte.
   */
  codecs: ['opus', 'vp8', 'h264', 'vp9', 'av1'],
  /**
   * Byte offsets in the header; each field is a uint32, except the magic and the SHA-256 of
   * everything that follows the header.
   */
  at: {
    magic: 0,
    version: 8,
    codec: 12,
    clockRate: 16,
    width: 20,
    height: 24,
    packets: 28,
    frames: 32,
    levels: 36,
    payload: 40,
    sha256: 44,
  },
  headerBytes: 76,
  /** Length of one row of `packets` or of `frames`: four uint32. */
  rowBytes: 16,
} as const;

const WHAT_NEXT =
  'Install livekit-swarm again, or in a checkout run: git checkout -- packages/webrtc/clips';

const table = (bytes: Uint8Array, rows: number): Uint32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: rows * 4 }, (_, index) => view.getUint32(index * 4, true));
};

/**
 * Reads a clip file.
 * @throws Error when the file is of another kind or version, cut off, or damaged
 */
export const readClip = (file: Uint8Array): ClipData => {
  const { magic, version, codecs, at, headerBytes, rowBytes } = CLIP_FORMAT;
  if (
    file.length < headerBytes ||
    Buffer.from(file.subarray(0, magic.length)).toString('latin1') !== magic
  )
    throw new Error(`the file does not begin with a clip header of ${headerBytes} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const field = (offset: number): number => view.getUint32(offset, true);
  if (field(at.version) !== version)
    throw new Error(`the clip has format version ${field(at.version)}; ${version} is supported`);
  const codec = codecs[field(at.codec)];
  if (codec === undefined)
    throw new Error(
      `the clip has codec number ${field(at.codec)}; known are 0 to ${codecs.length - 1}`,
    );

  const [packetRows, frameRows] = [field(at.packets), field(at.frames)];
  const framesAt = headerBytes + packetRows * rowBytes;
  const levelsAt = framesAt + frameRows * rowBytes;
  const payloadAt = levelsAt + field(at.levels);
  const end = payloadAt + field(at.payload);
  if (file.length !== end)
    throw new Error(`the file has ${file.length} bytes; its header announces ${end}`);
  const found = createHash('sha256').update(file.subarray(headerBytes)).digest();
  if (!found.equals(file.subarray(at.sha256, headerBytes)))
    throw new Error('the contents do not match their SHA-256');

  return {
    kind: codec === 'opus' ? 'audio' : 'video',
    codec,
    clockRate: field(at.clockRate),
    width: field(at.width),
    height: field(at.height),
    packets: table(file.subarray(headerBytes, framesAt), packetRows),
    frames: table(file.subarray(framesAt, levelsAt), frameRows),
    audioLevels: file.subarray(levelsAt, payloadAt),
    payload: file.subarray(payloadAt, end),
  };
};

/** Bytes of all RTP payloads: without the dependency descriptors in front of them. */
export const payloadBytes = ({ codec, packets, payload }: ClipData): number => {
  if (codec !== 'vp9' && codec !== 'av1') return payload.length;
  let bytes = payload.length;
  for (let row = 0; row < packets.length; row += 4) bytes -= 1 + (payload[packets[row] ?? 0] ?? 0);
  return bytes;
};

const loaded = new Map<string, ClipData>();

/**
 * Loads a clip that comes with this package: synchronously, in milliseconds, once per process.
 * Callers share the object and must not change it.
 *
 * @example loadClip('vp8-720p')
 * @throws Error when the file is missing or damaged
 */
export const loadClip = (
  name: ClipName,
  directory: URL = new URL('../clips/', import.meta.url),
): ClipData => loadClipFile(new URL(`${name}.clip`, directory), WHAT_NEXT);

/**
 * As `loadClip`, of any file.
 * @param hint what to do when that fails
 */
export const loadClipFile = (file: URL, hint: string): ClipData => {
  const known = loaded.get(file.href);
  if (known !== undefined) return known;
  try {
    const clip = readClip(readFileSync(file));
    loaded.set(file.href, clip);
    return clip;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const name = basename(file.pathname, '.clip');
    throw new Error(`clip ${name} cannot be loaded: ${what}. ${hint}`, { cause });
  }
};
