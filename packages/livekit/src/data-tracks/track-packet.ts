/**
 * Packets of data tracks, version 0: a header of 12 bytes, extensions of 32-bit words if the header
 * announces them, and a piece of a frame. Numbers are big-endian, and wrap around.
 */

/** Label of the data channel that carries them, in both directions. */
export const DATA_TRACK_CHANNEL = '_data_track';

/** Place of a packet in its frame, by the value of two bits. */
const PLACES = ['middle', 'last', 'first', 'only'] as const;

export interface TrackPacket {
  place: (typeof PLACES)[number];
  /** Number of the track: that of its publisher on the way up, that of the server on the way down. */
  handle: number;
  /** Number of the packet, 16 bits. */
  sequence: number;
  /** Number of its frame, 16 bits. */
  frame: number;
  /** Time of its frame, in ticks of 90 kHz from a random beginning, 32 bits. */
  timestamp: number;
  piece: Uint8Array;
}

export const HEADER_BYTES = 12;
const VERSION = 0;
const HAS_EXTENSIONS = 0b100;
/** Bytes of the number of words of the extensions, which are part of the first word. */
const LENGTH_BYTES = 2;
const WORD_BYTES = 4;

export const writeTrackPacket = (packet: TrackPacket): Uint8Array => {
  const { place, handle, sequence, frame, timestamp, piece } = packet;
  const bytes = new Uint8Array(HEADER_BYTES + piece.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (VERSION << 5) | (PLACES.indexOf(place) << 3));
  view.setUint16(2, handle);
  view.setUint16(4, sequence);
  view.setUint16(6, frame);
  view.setUint32(8, timestamp);
  bytes.set(piece, HEADER_BYTES);
  return bytes;
};

/** Read a packet; null: it is damaged, or of a later version. */
export const readTrackPacket = (bytes: Uint8Array): TrackPacket | null => {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(0);
  const place = PLACES[(flags >> 3) & 0b11];
  const handle = view.getUint16(2);
  if (flags >> 5 > VERSION || place === undefined || handle === 0) return null;
  const at = HEADER_BYTES + extensionBytes(view, flags);
  if (at > bytes.length) return null;
  return {
    ...{ place, handle, sequence: view.getUint16(4), frame: view.getUint16(6) },
    ...{ timestamp: view.getUint32(8), piece: bytes.subarray(at) },
  };
};

/** Length of the extensions, which are of no use here: the field counts the words after the first. */
const extensionBytes = (view: DataView, flags: number): number => {
  if ((flags & HAS_EXTENSIONS) === 0) return 0;
  if (view.byteLength < HEADER_BYTES + LENGTH_BYTES) return Number.POSITIVE_INFINITY;
  return (view.getUint16(HEADER_BYTES) + 1) * WORD_BYTES;
};
