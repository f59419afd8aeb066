import { MediaError } from './media-error.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/** OBU types (AV1 bitstream specification §6.2.2). */
export const OBU = { sequenceHeader: 1, temporalDelimiter: 2, padding: 15 } as const;

const HAS_SIZE = 0x02;
const HAS_EXTENSION = 0x04;
/**
 * Flags of the aggregation header (AV1 RTP specification §4.4): first element is a continuation,
 * last element continues, a coded video sequence begins.
 */
const [Z, Y, N] = [0x80, 0x40, 0x08];
/**
 * Position of the element count in the aggregation header. The count is 0 for more than three
 * elements; each then has its length in front.
 */
const COUNT_SHIFT = 4;
const MAX_COUNT = 3;
/** Bytes of a length field: two hold every length below 16,384. */
const LENGTH_BYTES = 2;

interface Payload {
  flags: number;
  elements: Uint8Array[];
  /** Upper bound of the size of the payload, bytes. */
  bytes: number;
}

export const obuType = (obu: Uint8Array): number => ((obu[0] ?? 0) >> 3) & 15;

/**
 * Reads a leb128 number (§4.10.5).
 * @returns the value, and its length in bytes
 */
const readLength = (bytes: Uint8Array): [value: number, length: number] => {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) break;
    value |= (byte & 0x7f) << (7 * index);
    if ((byte & 0x80) === 0) return [value, index + 1];
  }
  throw new MediaError('the length of an OBU is truncated');
};

const writeLength = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeLength(value >> 7)];

/**
 * Splits a temporal unit, or a part of it, into OBUs without their sizes. Temporal delimiters and
 * padding are left out: they are not sent (AV1 RTP specification §5).
 */
export const readObus = (unit: Uint8Array): Uint8Array[] => {
  const obus: Uint8Array[] = [];
  let rest = unit;
  while (rest.length > 0) {
    const [first = 0, extension = 0] = rest;
    if ((first & HAS_SIZE) === 0) throw new MediaError('an OBU has no size');
    const header =
      (first & HAS_EXTENSION) === 0 ? [first & ~HAS_SIZE] : [first & ~HAS_SIZE, extension];
    const [size, sizeBytes] = readLength(rest.subarray(header.length));
    const begin = header.length + sizeBytes;
    if (begin + size > rest.length) throw new MediaError('an OBU is truncated');
    const obu = Uint8Array.from([...header, ...rest.subarray(begin, begin + size)]);
    const type = obuType(obu);
    if (type !== OBU.temporalDelimiter && type !== OBU.padding) obus.push(obu);
    rest = rest.subarray(begin + size);
  }
  return obus;
};

/**
 * Packs OBUs into RTP payloads as libwebrtc does: up to three elements are counted in the header,
 * and the last then has no length. livekit-server recognises keyframes only in this form.
 * @param begins whether a coded video sequence begins with these OBUs
 * @param reserved bytes that the header extensions of each packet need in addition to the usual
 */
export const packetizeAv1 = (obus: Uint8Array[], begins: boolean, reserved = 0): Uint8Array[] => {
  const room = MAX_RTP_PAYLOAD - 1 - reserved;
  const payloads: Payload[] = [];
  let current: Payload = { flags: begins ? N : 0, elements: [], bytes: 0 };
  for (const obu of obus) {
    let rest = obu;
    while (rest.length > 0) {
      const free = room - current.bytes - LENGTH_BYTES;
      if (free < 1) {
        payloads.push(current);
        current = { flags: 0, elements: [], bytes: 0 };
        continue;
      }
      const piece = rest.subarray(0, free);
      current.elements.push(piece);
      current.bytes += LENGTH_BYTES + piece.length;
      rest = rest.subarray(free);
      if (rest.length === 0) break;
      current.flags |= Y;
      payloads.push(current);
      current = { flags: Z, elements: [], bytes: 0 };
    }
  }
  if (current.elements.length > 0) payloads.push(current);
  return payloads.map(writePayload);
};

const writePayload = ({ flags, elements }: Payload): Uint8Array => {
  const count = elements.length > MAX_COUNT ? 0 : elements.length;
  const bytes = elements.flatMap((element, index) =>
    index === count - 1 ? [...element] : [...writeLength(element.length), ...element],
  );
  return Uint8Array.from([flags | (count << COUNT_SHIFT), ...bytes]);
};
