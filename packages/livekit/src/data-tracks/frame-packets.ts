import { HEADER_BYTES, type TrackPacket, writeTrackPacket } from './track-packet.ts';

/** Largest packet, bytes: that of livekit-client. */
const MOST_BYTES = 16_000;
const TICKS_PER_MS = 90;
const UINT16 = 0x1_0000;
const UINT32 = 0x1_0000_0000;

/** Division of the frames of one data track into packets. */
export class FramePackets {
  readonly #handle: number;
  readonly #beganAt = performance.now();
  readonly #firstTimestamp = Math.floor(Math.random() * UINT32);
  #sequence = 0;
  #frame = 0;

  /** @param handle number of the track at its publisher */
  constructor(handle: number) {
    this.#handle = handle;
  }

  /** Packets of the next frame; none if it is empty. */
  next(frame: Uint8Array): Uint8Array[] {
    const elapsed = Math.round((performance.now() - this.#beganAt) * TICKS_PER_MS);
    const head = {
      ...{ handle: this.#handle, frame: this.#frame },
      timestamp: (this.#firstTimestamp + elapsed) % UINT32,
    };
    this.#frame = (this.#frame + 1) % UINT16;
    const pieceBytes = MOST_BYTES - HEADER_BYTES;
    const pieces = Math.ceil(frame.length / pieceBytes);
    return Array.from({ length: pieces }, (_, index) => {
      const piece = frame.subarray(index * pieceBytes, (index + 1) * pieceBytes);
      const sequence = this.#sequence;
      this.#sequence = (sequence + 1) % UINT16;
      return writeTrackPacket({ ...head, sequence, piece, place: placeOf(index, pieces) });
    });
  }
}

const placeOf = (index: number, pieces: number): TrackPacket['place'] => {
  if (pieces === 1) return 'only';
  if (index === 0) return 'first';
  return index === pieces - 1 ? 'last' : 'middle';
};
