import { expect, test } from 'vitest';
import { obuType, packetizeAv1, readObus } from './packetize-av1.ts';

/** OBU of a type with a number of bytes, without a size field. */
const obu = (type: number, bytes: number): Uint8Array =>
  Uint8Array.from([type << 3, ...Array.from({ length: bytes }, (_, at) => at % 251)]);

/** Joins the OBUs of payloads as a receiver does (AV1 RTP specification §4.4). */
const depacketize = (payloads: readonly Uint8Array[]): Uint8Array[] => {
  const obus: number[][] = [];
  for (const payload of payloads) {
    const [header = 0] = payload;
    const count = (header >> 4) & 3;
    let continues = (header & 0x80) !== 0;
    for (let at = 1, element = 1; at < payload.length; element += 1) {
      let length = element === count ? payload.length - at : 0;
      for (let shift = 0; element !== count; shift += 7) {
        const byte = payload[at++] ?? 0;
        length |= (byte & 0x7f) << shift;
        if ((byte & 0x80) === 0) break;
      }
      const piece = payload.subarray(at, at + length);
      at += length;
      if (continues) obus.at(-1)?.push(...piece);
      else obus.push([...piece]);
      continues = false;
    }
  }
  return obus.map((bytes) => Uint8Array.from(bytes));
};

const KEYFRAME = [obu(1, 11), obu(6, 5_000)];

test('OBUs are cut into payloads that fit, and joined again by a receiver', () => {
  const payloads = packetizeAv1(KEYFRAME, true);
  expect(payloads).toHaveLength(5);
  for (const { length } of payloads) expect(length).toBeLessThanOrEqual(1_160);
  expect(depacketize(payloads)).toEqual(KEYFRAME);
});

test('the aggregation header marks continued elements and counts the elements', () => {
  const headers = packetizeAv1(KEYFRAME, true).map(([header = 0]) => header);
  expect(headers).toEqual([0x68, 0xd0, 0xd0, 0xd0, 0x90]);
  expect(packetizeAv1([obu(6, 100)], false).map(([header]) => header)).toEqual([0x10]);
});

test.each([1_000, 1_154, 1_155, 1_156, 1_157, 1_158, 1_159, 2_312, 2_313])(
  'a receiver joins a frame of %i bytes after a small OBU',
  (bytes) => {
    const obus = [obu(1, 11), obu(6, bytes)];
    expect(depacketize(packetizeAv1(obus, false, 30))).toEqual(obus);
  },
);

test('a payload with more than three OBUs has the length of each', () => {
  const obus = [obu(1, 11), obu(5, 3), obu(3, 20), obu(4, 200)];
  const payloads = packetizeAv1(obus, true);
  expect(payloads.map(([header]) => header)).toEqual([0x08]);
  expect(depacketize(payloads)).toEqual(obus);
});

test('a temporal unit is read without its sizes, delimiter and padding', () => {
  const sized = (type: number, bytes: readonly number[]): number[] => [
    (type << 3) | 2,
    bytes.length,
    ...bytes,
  ];
  const unit = Uint8Array.from([
    ...sized(2, []),
    ...sized(1, [1, 2]),
    ...sized(15, [0]),
    ...sized(6, [9]),
  ]);
  const obus = readObus(unit);
  expect(obus.map(obuType)).toEqual([1, 6]);
  expect(obus.map((bytes) => [...bytes])).toEqual([
    [8, 1, 2],
    [48, 9],
  ]);
  expect(() => readObus(unit.subarray(0, unit.length - 1))).toThrow('an OBU is truncated');
  expect(() => readObus(Uint8Array.of(48, 1))).toThrow('an OBU has no size');
});
