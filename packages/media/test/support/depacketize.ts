/**
 * Joins NAL units from RTP payloads as a receiver does (RFC 6184 §5.6 to §5.8). It shares no code
 * with the packetizer, so that one checks the other.
 * @throws where a receiver would drop the payload
 */
export const depacketizeH264 = (payloads: Uint8Array[]): Uint8Array[] => {
  const nals: Uint8Array[] = [];
  let fragments: number[] | null = null;
  for (const payload of payloads) {
    const [indicator = 0, header = 0] = payload;
    const type = indicator & 0x1f;
    if (type === 28) {
      const [start, end] = [(header & 0x80) !== 0, (header & 0x40) !== 0];
      if (start && end) throw new Error('an FU-A is first and last at once (RFC 6184 §5.8)');
      if (start !== (fragments === null))
        throw new Error('an FU-A begins within another, or has no beginning');
      fragments ??= [(indicator & 0xe0) | (header & 0x1f)];
      fragments.push(...payload.subarray(2));
      if (end) {
        nals.push(Uint8Array.from(fragments));
        fragments = null;
      }
      continue;
    }
    if (fragments !== null) throw new Error('an FU-A was left without its end');
    if (type !== 24) {
      nals.push(payload);
      continue;
    }
    for (let at = 1; at < payload.length; ) {
      const length = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
      if (length === 0 || at + 2 + length > payload.length)
        throw new Error('a STAP-A announces more than it has');
      nals.push(payload.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  if (fragments !== null) throw new Error('the last FU-A has no end');
  return nals;
};
