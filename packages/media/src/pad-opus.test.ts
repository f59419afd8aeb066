import fc from 'fast-check';
import { expect, test } from 'vitest';
import { padOpus } from './pad-opus.ts';

/** Frame in a padded packet, as a decoder finds it (RFC 6716 §3.2.5). */
const frameIn = (packet: Uint8Array): Uint8Array => {
  expect((packet[0] ?? 0) & 3).toBe(3);
  expect(packet[1]).toBe(0b0100_0001);
  let at = 2;
  let padding = 0;
  for (;;) {
    const byte = packet[at++] ?? Number.NaN;
    padding += byte === 255 ? 254 : byte;
    if (byte !== 255) return packet.subarray(at, packet.length - padding);
  }
};

test('a packet gets the wanted length, and keeps its frame', () => {
  const frame = fc.uint8Array({ minLength: 0, maxLength: 300 });
  fc.assert(
    fc.property(frame, fc.integer({ min: 2, max: 1_200 }), (data, more) => {
      const packet = Uint8Array.of(0xf8, ...data);
      const padded = padOpus(packet, packet.length + more);
      expect(padded.length).toBe(packet.length + more);
      expect(frameIn(padded)).toEqual(data);
    }),
  );
});

test('a packet that is long enough, or has several frames, stays as it is', () => {
  const packet = Uint8Array.of(0xf8, 0xff, 0xfe);
  for (const bytes of [0, 3, 4]) expect(padOpus(packet, bytes)).toBe(packet);
  const pair = Uint8Array.of(0xf9, 1, 2);
  expect(padOpus(pair, 100)).toBe(pair);
});
