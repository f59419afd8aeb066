/** Number of frames in a packet, in its first byte (RFC 6716 §3.1). */
const FRAMES = 0b11;
const ONE_FRAME = 0;
const COUNTED_FRAMES = 3;
/** Second byte of a packet of counted frames (§3.2.5): padding follows, one frame. */
const PADDED_FRAME = 0b0100_0001;
/** Byte in the length of padding: as many bytes less one, and another length byte follows. */
const CONTINUED = 255;

/**
 * Lengthens an Opus packet with padding (RFC 6716 §3.2.5), which decoders ignore. A packet that is
 * as long already, or has more than one frame, stays as it is.
 */
export const padOpus = (packet: Uint8Array, bytes: number): Uint8Array => {
  const [toc = 0] = packet;
  const more = bytes - packet.length - 1;
  if (packet.length === 0 || more < 1 || (toc & FRAMES) !== ONE_FRAME) return packet;
  const lengthBytes = Math.ceil(more / CONTINUED);
  const padding = more - lengthBytes;
  const padded = new Uint8Array(bytes);
  padded[0] = toc | COUNTED_FRAMES;
  padded[1] = PADDED_FRAME;
  padded.fill(CONTINUED, 2, 1 + lengthBytes);
  padded[1 + lengthBytes] = padding - (lengthBytes - 1) * (CONTINUED - 1);
  padded.set(packet.subarray(1), 2 + lengthBytes);
  return padded;
};
