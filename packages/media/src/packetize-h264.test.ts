import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../test/support/bytes.ts';
import { depacketizeH264 } from '../test/support/depacketize.ts';
import { packetizeH264 } from './packetize-h264.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

const SPS = bytes([0x67, 0x42, 0xc0, 0x1f, 0x95]);
const PPS = bytes([0x68, 0xce, 0x3c, 0x80]);

/** Any NAL unit: any NRI, any type from 1 to 23, any contents. */
const nalUnit = fc
  .tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 23 }),
    fc.uint8Array({ minLength: 1, maxLength: 4000 }),
  )
  .map(([importance, type, body]) => bytes([(importance << 5) | type], body));

test('a receiver joins the NAL units that were sent, and no payload is too large', () => {
  fc.assert(
    fc.property(
      fc.array(nalUnit, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 3, max: 1500 }),
      (nals, max) => {
        const payloads = packetizeH264(nals, max);
        expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(max);
        expect(depacketizeH264(payloads).map((nal) => Buffer.from(nal).toString('hex'))).toEqual(
          nals.map((nal) => Buffer.from(nal).toString('hex')),
        );
      },
    ),
  );
});

test('parameter sets share a STAP-A, each after its length', () => {
  const slice = bytes([0x65, 0x88, 1, 2]);
  expect(packetizeH264([SPS, PPS, slice])).toEqual([bytes([0x78, 0, 5], SPS, [0, 4], PPS), slice]);
});

test('a STAP-A has the highest NRI of its parts', () => {
  const lessImportant = bytes([0x27, 0x42, 0xc0, 0x1f]);
  const [payload] = packetizeH264([lessImportant, bytes([0x48, 0xce])]);
  expect(payload?.[0]).toBe(0x40 | 24);
});

test('parameter sets too large for one packet are sent separately', () => {
  const packed = 1 + 2 + SPS.length + 2 + PPS.length;
  expect(packetizeH264([SPS, PPS], packed)).toHaveLength(1);
  expect(packetizeH264([SPS, PPS], packed - 1)).toEqual([SPS, PPS]);
});

test('a single parameter set is sent without a STAP-A', () => {
  expect(packetizeH264([SPS])).toEqual([SPS]);
});

test('a NAL unit is fragmented only if it does not fit; the fragments mark its beginning and end', () => {
  const fits = bytes([0x65], new Uint8Array(MAX_RTP_PAYLOAD - 1));
  expect(packetizeH264([fits])).toEqual([fits]);
  const headers = packetizeH264([bytes([0x65], new Uint8Array(3000))]).map((payload) => [
    ...payload.subarray(0, 2),
  ]);
  expect(headers).toEqual([
    [0x7c, 0x85],
    [0x7c, 0x05],
    [0x7c, 0x45],
  ]);
});

test('NAL units that cannot be sent are refused', () => {
  expect(() => packetizeH264([])).toThrow('without NAL units');
  expect(() => packetizeH264([SPS, new Uint8Array()])).toThrow(
    'NAL unit 1 of the picture is empty',
  );
  expect(() => packetizeH264([bytes([24, 1])])).toThrow('RFC 6184 §5.2');
  expect(() => packetizeH264([SPS], 2)).toThrow('leaves no room');
});
