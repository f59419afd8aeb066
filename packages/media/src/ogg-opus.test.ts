import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, littleEndian } from '../test/support/bytes.ts';
import { MediaError } from './media-error.ts';
import { oggChecksum } from './ogg.ts';
import { readOggOpus } from './ogg-opus.ts';

interface PageOptions {
  flags?: number;
  serial?: number;
}

/**
 * Encodes a page (RFC 3533 §6).
 * @param segments lacing values
 */
const page = (
  sequence: number,
  segments: number[],
  body: Uint8Array,
  { flags = 0, serial = 7 }: PageOptions = {},
): Uint8Array => {
  const whole = bytes(
    'OggS',
    [0, flags],
    littleEndian(0, 8),
    littleEndian(serial, 4),
    littleEndian(sequence, 4),
    [0, 0, 0, 0],
    [segments.length],
    segments,
    body,
  );
  whole.set(littleEndian(oggChecksum(whole), 4), 22);
  return whole;
};

const HEAD = bytes('OpusHead', [1, 1], littleEndian(312, 2), littleEndian(48_000, 4), [0, 0, 0]);
const TAGS = bytes('OpusTags', littleEndian(0, 4), littleEndian(0, 4));
const headers = bytes(page(0, [HEAD.length], HEAD, { flags: 2 }), page(1, [TAGS.length], TAGS));
/** Packet of 20 ms of full-band CELT, filled up to `length` bytes. */
const packet = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index === 0 ? 31 << 3 : index % 251));

const file = bytes(
  headers,
  // 300 bytes, then the first 255 bytes of a packet of 600 that the next page continues.
  page(2, [255, 45, 255], bytes(packet(300), packet(600).subarray(0, 255))),
  page(3, [255, 90, 3], bytes(packet(600).subarray(255), packet(3)), { flags: 1 }),
  // Exactly 255 bytes: a lacing value of 0 ends the packet.
  page(4, [255, 0], packet(255), { flags: 4 }),
);

test('packets are joined within and across pages', () => {
  const { channels, preSkip, packets } = readOggOpus(file);
  expect({ channels, preSkip }).toEqual({ channels: 1, preSkip: 312 });
  expect(packets.map(({ samples }) => samples)).toEqual([960, 960, 960, 960]);
  expect(packets.map(({ data }) => data)).toEqual([
    packet(300),
    packet(600),
    packet(3),
    packet(255),
  ]);
});

test('a file truncated anywhere is an error', () => {
  for (let length = 0; length < file.length; length += 1)
    expect(() => readOggOpus(file.subarray(0, length)), `${length}`).toThrow(MediaError);
});

test('a single changed byte is an error', () => {
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      expect(() => readOggOpus(damaged)).toThrow(MediaError);
    }),
    { numRuns: 500 },
  );
});

test('garbage is an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (garbage) => {
      expect(() => readOggOpus(garbage)).toThrow(MediaError);
    }),
  );
});

test('errors name the place and the fault', () => {
  const audio = page(2, [3], packet(3), { flags: 4 });
  const lastPage = headers.length;
  expect(() => readOggOpus(bytes('RIFF', new Uint8Array(40)))).toThrow(
    'the Ogg page at byte 0 does not begin with "OggS"',
  );
  expect(() => readOggOpus(bytes(headers, audio.subarray(0, -1)))).toThrow(
    `the Ogg page at byte ${lastPage} is truncated: it should end at byte ${lastPage + audio.length}, the file has ${lastPage + audio.length - 1}`,
  );
  expect(() => readOggOpus(bytes(headers, page(3, [3], packet(3), { flags: 4 })))).toThrow(
    'is number 3 instead of 2',
  );
  expect(() => readOggOpus(bytes(headers, page(2, [3], packet(3), { serial: 8 })))).toThrow(
    'belongs to a second stream',
  );
  expect(() => readOggOpus(bytes(headers, page(2, [3], packet(3))))).toThrow(
    'without the last page of its stream',
  );
  expect(() => readOggOpus(bytes(headers, page(2, [255], packet(255), { flags: 4 })))).toThrow(
    'the file ends inside packet 2',
  );
  expect(() => readOggOpus(bytes(headers, page(2, [], bytes(), { flags: 4 })))).toThrow('no audio');
  expect(() => readOggOpus(bytes(headers, page(2, [0], bytes(), { flags: 4 })))).toThrow(
    'audio packet 0: an Opus packet is empty',
  );
  expect(() => readOggOpus(page(0, [3], packet(3), { flags: 6 }))).toThrow(
    'this is not an Ogg Opus file',
  );
});
