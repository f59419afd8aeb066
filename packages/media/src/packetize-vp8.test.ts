import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packetizeVp8, VP8_DESCRIPTOR_BYTES } from './packetize-vp8.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

test('the pieces of a frame make up the frame, and each leaves room for its descriptor', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20_000 }),
      fc.integer({ min: 5, max: 1500 }),
      (frame, max) => {
        const payloads = packetizeVp8(frame, max);
        expect(Buffer.concat(payloads).equals(frame)).toBe(true);
        for (const { length } of payloads) {
          expect(length).toBeGreaterThan(0);
          expect(length + VP8_DESCRIPTOR_BYTES).toBeLessThanOrEqual(max);
        }
      },
    ),
  );
});

test('a frame of 1,156 bytes takes one packet, one byte more takes two', () => {
  expect(packetizeVp8(new Uint8Array(MAX_RTP_PAYLOAD - 4)).map(({ length }) => length)).toEqual([
    1156,
  ]);
  expect(packetizeVp8(new Uint8Array(MAX_RTP_PAYLOAD - 3)).map(({ length }) => length)).toEqual([
    578, 579,
  ]);
});

test('an empty frame and a maximum without room are refused', () => {
  expect(() => packetizeVp8(new Uint8Array())).toThrow('an empty VP8 frame cannot be sent');
  expect(() => packetizeVp8(new Uint8Array(9), 4)).toThrow('leaves no room');
  expect(() => packetizeVp8(new Uint8Array(9), Number.NaN)).toThrow('leaves no room');
});
