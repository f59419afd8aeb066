/** Header and payload of an RTP packet (RFC 3550, §5.1). */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payload: Uint8Array;
}

const HEADER_BYTES = 12;

export const writeRtp = (packet: RtpPacket): Buffer => {
  const bytes = Buffer.alloc(HEADER_BYTES + packet.payload.length);
  bytes[0] = 0x80;
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  bytes.set(packet.payload, HEADER_BYTES);
  return bytes;
};

/** Reads a packet; null: it is not RTP. RTCP on the same port has other payload types. */
export const readRtp = (bytes: Buffer): RtpPacket | null => {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < HEADER_BYTES || first >> 6 !== 2) return null;
  let begin = HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (bytes.length < begin + 4) return null;
    begin += 4 + 4 * bytes.readUInt16BE(begin + 2);
  }
  const padding = (first & 0x20) === 0 ? 0 : (bytes.at(-1) ?? 0);
  const end = bytes.length - padding;
  if (begin > end) return null;
  return {
    ...{ payloadType: second & 0x7f, marker: (second & 0x80) !== 0 },
    ...{ sequence: bytes.readUInt16BE(2), timestamp: bytes.readUInt32BE(4) },
    ...{ ssrc: bytes.readUInt32BE(8), payload: bytes.subarray(begin, end) },
  };
};
