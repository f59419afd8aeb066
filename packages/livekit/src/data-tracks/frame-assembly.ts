import type { TrackPacket } from './track-packet.ts';

/** Most packets of a frame: those of livekit-client. */
const MOST_PACKETS = 128;
const UINT16_MASK = 0xffff;

interface Begun {
  frame: number;
  firstSequence: number;
  pieces: Map<number, Uint8Array>;
}

/**
 * Assembly of the frames of one data track, as livekit-client does it: the packets of a frame count
 * from its first to its last one, and the beginning of another frame ends it.
 */
export class FrameAssembly {
  #begun: Begun | null = null;

  /** Frame that is whole with this packet; null: none is. */
  take({ place, frame, sequence, piece }: TrackPacket): Uint8Array | null {
    if (place === 'only' || place === 'first') {
      const pieces = new Map([[sequence, piece]]);
      this.#begun = place === 'only' ? null : { frame, firstSequence: sequence, pieces };
      return place === 'only' ? piece : null;
    }
    const begun = this.#begun;
    if (begun === null || begun.frame !== frame) return null;
    begun.pieces.set(sequence, piece);
    const isTooLong = begun.pieces.size > MOST_PACKETS;
    if (place === 'middle' && !isTooLong) return null;
    this.#begun = null;
    return isTooLong ? null : whole(begun, sequence);
  }
}

const whole = ({ firstSequence, pieces }: Begun, lastSequence: number): Uint8Array | null => {
  const count = ((lastSequence - firstSequence) & UINT16_MASK) + 1;
  if (count !== pieces.size) return null;
  const inOrder: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const piece = pieces.get((firstSequence + index) & UINT16_MASK);
    if (piece === undefined) return null;
    inOrder.push(piece);
  }
  return Buffer.concat(inOrder);
};
