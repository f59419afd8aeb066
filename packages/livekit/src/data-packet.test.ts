import { DataPacket } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { dataTemplate } from './data-packet.ts';

test.each([
  [32, false],
  [200, true],
  [15_000, true],
])('a message of %i bytes keeps its place for the stamp', (bytes, reliable) => {
  const template = dataTemplate(bytes, 32, reliable);
  const stamp = Uint8Array.from({ length: 32 }, (_, index) => index);
  template.bytes.set(stamp, template.stampOffset);
  const packet = DataPacket.fromBinary(template.bytes);
  if (packet.value.case !== 'user') throw new Error('not a user packet');
  expect(packet.value.value.payload).toHaveLength(bytes);
  expect(packet.value.value.payload.subarray(0, 32)).toEqual(stamp);
});

test('a message too small for the stamp is refused', () => {
  expect(() => dataTemplate(31, 32, true)).toThrow('at least 32 bytes');
});
