import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FrameAssembly } from './frame-assembly.ts';
import { FramePackets } from './frame-packets.ts';
import { readTrackPacket } from './track-packet.ts';

/** Frames that are whole after these packets. */
const assembled = (packets: readonly Uint8Array[]): Uint8Array[] => {
  const assembly = new FrameAssembly();
  return packets.flatMap((bytes) => {
    const packet = readTrackPacket(bytes);
    const frame = packet === null ? null : assembly.take(packet);
    return frame === null ? [] : [frame];
  });
};

const frame = (bytes: number, number = 0) =>
  Uint8Array.from({ length: bytes }, (_, index) => (index * 7 + number) & 255);

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test.each([1, 200, 15_988, 15_989, 40_000, 1_000_000])(
  'a frame of %i bytes arrives whole',
  (bytes) => {
    const packets = new FramePackets(7).next(frame(bytes));
    expect(packets).toHaveLength(Math.ceil(bytes / 15_988));
    const [whole, ...more] = assembled(packets);
    expect(more).toEqual([]);
    expect(hash(whole ?? new Uint8Array())).toBe(hash(frame(bytes)));
  },
);

test('packets and frames are numbered, and numbers wrap around', () => {
  const numbers = new FramePackets(7);
  const small = Uint8Array.of(1);
  const next = (content: Uint8Array) => numbers.next(content).map(readTrackPacket);
  expect(next(small)).toMatchObject([{ place: 'only', handle: 7, sequence: 0, frame: 0 }]);
  for (let frames = 1; frames < 65_534; frames++) numbers.next(small);
  const large = numbers.next(frame(40_000));
  expect(large.map(readTrackPacket)).toMatchObject([
    { place: 'first', sequence: 65_534, frame: 65_534 },
    { place: 'middle', sequence: 65_535, frame: 65_534 },
    { place: 'last', sequence: 0, frame: 65_534 },
  ]);
  expect(new Set(large.map((bytes) => readTrackPacket(bytes)?.timestamp)).size).toBe(1);
  expect(assembled(large).map(hash)).toEqual([hash(frame(40_000))]);
  expect([next(small), next(small)]).toMatchObject([
    [{ sequence: 1, frame: 65_535 }],
    [{ sequence: 2, frame: 0 }],
  ]);
});

test.each([
  ['the first', [1, 2]],
  ['a middle one', [0, 2]],
  ['the last', [0, 1]],
])('a frame without %s of its packets is lost, and the next one is not', (_, kept) => {
  const numbers = new FramePackets(1);
  const first = numbers.next(frame(40_000));
  const packets = [
    ...kept.flatMap((index) => first[index] ?? []),
    ...numbers.next(frame(40_000, 1)),
  ];
  expect(assembled(packets).map(hash)).toEqual([hash(frame(40_000, 1))]);
});

test('extensions of the header are skipped', () => {
  const [plain = new Uint8Array()] = new FramePackets(3).next(frame(20));
  // One word: its length field, 0, and two bytes.
  const extended = Uint8Array.from([...plain.subarray(0, 12), 0, 0, 9, 9, ...plain.subarray(12)]);
  extended[0] = (extended[0] ?? 0) | 0b100;
  expect(assembled([extended])).toEqual([frame(20)]);
});

test('damaged packets are ignored', () => {
  const [packet = new Uint8Array()] = new FramePackets(3).next(frame(20));
  const changed = (index: number, value: number) =>
    packet.map((byte, at) => (at === index ? value : byte));
  for (const damaged of [
    packet.subarray(0, 11),
    changed(0, 0b001_11_000),
    // Extensions that are longer than the packet.
    changed(0, 0b000_11_100).fill(255, 12, 14),
    changed(0, 0b000_11_100).subarray(0, 13),
    packet.map((byte, at) => (at === 2 || at === 3 ? 0 : byte)),
  ])
    expect(readTrackPacket(damaged)).toBeNull();
  expect(assembled([packet])).toHaveLength(1);
});
