import { MediaError } from './media-error.ts';
import { MAX_RTP_PAYLOAD, splitEvenly } from './rtp-payload.ts';

/**
 * Size of the descriptor that the sender writes before each payload: X and I set, a picture id of
 * 15 bits (RFC 7741 §4.2), bytes.
 */
export const VP8_DESCRIPTOR_BYTES = 4;

/**
 * Cuts a VP8 frame into RTP payloads without descriptors: descriptor and payload together have at
 * most `maxPayload` bytes. Partition boundaries are ignored: the first packet starts partition 0,
 * the others continue it (RFC 7741 §4.2, S and PID).
 * @throws MediaError if the frame is empty
 */
export const packetizeVp8 = (
  frame: Uint8Array,
  maxPayload: number = MAX_RTP_PAYLOAD,
): Uint8Array[] => {
  const room = maxPayload - VP8_DESCRIPTOR_BYTES;
  if (frame.length === 0) throw new MediaError('an empty VP8 frame cannot be sent');
  if (!(room >= 1))
    throw new MediaError(
      `a maximum of ${maxPayload} bytes leaves no room beside a VP8 descriptor of ${VP8_DESCRIPTOR_BYTES}`,
    );
  return splitEvenly(frame, room);
};
