import { oggChecksum } from '../../packages/media/src/ogg.ts';

const PRE_SKIP = 312;
const FIRST = 2;
const LAST = 4;
/** Opus frame of 20 ms without sound. */
export const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);

/** Ogg Opus file of packets, each in a page of its own (RFC 7845). */
export const opusFile = (packets: readonly Uint8Array[]): Uint8Array => {
  const head = Buffer.alloc(19);
  head.write('OpusHead');
  head.set([1, 1], 8);
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(48_000, 12);
  const tags = Buffer.alloc(16);
  tags.write('OpusTags');
  const pages = [head, tags, ...packets];
  return Buffer.concat(pages.map((body, index) => page(body, index, pages.length - 1)));
};

/** Page with one packet (RFC 3533 §6). */
const page = (body: Uint8Array, sequence: number, last: number): Uint8Array => {
  const lacing = Math.floor(body.length / 255) + 1;
  const header = Buffer.alloc(27 + lacing, 255);
  header.write('OggS');
  header.fill(0, 4, 26);
  header[5] = sequence === 0 ? FIRST : sequence === last ? LAST : 0;
  header.writeUInt32LE(7, 14);
  header.writeUInt32LE(sequence, 18);
  header[26] = lacing;
  header[26 + lacing] = body.length % 255;
  const whole = Buffer.concat([header, body]);
  whole.writeUInt32LE(oggChecksum(whole), 22);
  return whole;
};
