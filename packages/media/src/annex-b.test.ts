import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../test/support/bytes.ts';
import { readAnnexB } from './annex-b.ts';
import { MediaError } from './media-error.ts';

const SHORT = [0, 0, 1];
const LONG = [0, 0, 0, 1];
const SPS = bytes([0x67, 0x42, 0xc0, 0x1f]);
const PPS = bytes([0x68, 0xce, 0x3c, 0x80]);
const SEI = bytes([0x06, 5, 1, 0x80]);
/** Slice of an IDR picture. The first bit of its second byte is set: it is the first slice. */
const IDR = bytes([0x65, 0x88, 0x84]);
const IDR_REST = bytes([0x65, 0x48, 0x84]);
const SLICE = bytes([0x41, 0x9a, 0x21]);

test('NAL units are grouped by picture, parameter sets with the picture after them', () => {
  const file = bytes(
    LONG,
    SPS,
    LONG,
    PPS,
    SHORT,
    IDR,
    LONG,
    SLICE,
    LONG,
    SPS,
    LONG,
    PPS,
    SHORT,
    IDR,
    SHORT,
    SLICE,
  );
  expect(readAnnexB(file)).toEqual([
    { nals: [SPS, PPS, IDR], keyframe: true },
    { nals: [SLICE], keyframe: false },
    { nals: [SPS, PPS, IDR], keyframe: true },
    { nals: [SLICE], keyframe: false },
  ]);
});

test('slices of one picture stay together; an SEI begins the next', () => {
  const file = bytes(SHORT, IDR, SHORT, IDR_REST, SHORT, SEI, SHORT, SLICE);
  expect(readAnnexB(file).map(({ nals }) => nals)).toEqual([
    [IDR, IDR_REST],
    [SEI, SLICE],
  ]);
});

test('zero bytes around start codes belong to no NAL unit, emulation prevention stays', () => {
  const prevented = bytes([0x41, 0x9a, 0, 0, 3, 1, 7]);
  const file = bytes([0, 0], SHORT, prevented, [0, 0], LONG, SLICE, [0, 0]);
  expect(readAnnexB(file).map(({ nals }) => nals)).toEqual([[prevented], [SLICE]]);
});

test('any pictures are read as they were written', () => {
  const contents = fc
    .uint8Array({ minLength: 1, maxLength: 200 })
    .map((body) => body.map((byte) => (byte === 0 ? 4 : byte)));
  fc.assert(
    fc.property(
      fc.array(contents, { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      (bodies, long) => {
        const pictures = bodies.map((body) => bytes([0x41, 0x9a], body));
        const file = bytes(...pictures.flatMap((picture) => [long ? LONG : SHORT, picture]));
        expect(readAnnexB(file).map(({ nals }) => nals)).toEqual(
          pictures.map((picture) => [picture]),
        );
      },
    ),
  );
});

test('garbage is a clear error or reads as pictures', () => {
  const garbage = fc.array(fc.constantFrom(0, 0, 0, 1, 1, 0x41, 0x65, 0x67, 0x80, 0xff), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(garbage, (numbers) => {
      try {
        expect(readAnnexB(Uint8Array.from(numbers)).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { numRuns: 1000 },
  );
});

test('errors name the fault and its place', () => {
  expect(() => readAnnexB(bytes())).toThrow('no start code');
  expect(() => readAnnexB(bytes('DKIF', SHORT, IDR))).toThrow(
    '4 bytes of something else before its first start code',
  );
  expect(() => readAnnexB(bytes(SHORT, IDR, SHORT))).toThrow('the NAL unit at byte 9 is empty');
  expect(() => readAnnexB(bytes(SHORT, [0xe5, 0x88, 1]))).toThrow('forbidden bit');
  expect(() => readAnnexB(bytes(SHORT, [0x7c, 0x85, 1]))).toThrow('has type 28');
  expect(() => readAnnexB(bytes(SHORT, [0x65, 0x88]))).toThrow('a slice without contents');
  expect(() => readAnnexB(bytes(SHORT, IDR_REST))).toThrow('picture 0 lacks its first slice');
  expect(() => readAnnexB(bytes(SHORT, IDR, SHORT, SPS))).toThrow('the file ends after 1 pictures');
});
