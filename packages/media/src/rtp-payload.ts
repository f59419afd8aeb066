/**
 * Largest RTP payload, codec descriptors included, bytes. With 12 bytes of RTP header, up to about
 * 60 of header extensions, 16 of SRTP tag and 28 or 48 of UDP and IP it stays below the 1,280 bytes
 * that every IPv6 path accepts (RFC 8200 §5).
 */
export const MAX_RTP_PAYLOAD = 1160;

/**
 * Cuts `bytes` into as few pieces as fit in `max` bytes each, without copying. Their sizes differ
 * by one at most, so that no frame ends with a tiny packet.
 */
export const splitEvenly = (bytes: Uint8Array, max: number): Uint8Array[] => {
  const pieces = Math.ceil(bytes.length / max);
  const cut = (piece: number): number => Math.floor((bytes.length * piece) / pieces);
  return Array.from({ length: pieces }, (_, piece) => bytes.subarray(cut(piece), cut(piece + 1)));
};
