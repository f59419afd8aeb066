import { DataPacket } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { type OutgoingStream, streamPackets } from './stream-packets.ts';
import { type StreamHead, StreamReceiver } from './stream-receiver.ts';

const content = Uint8Array.from({ length: 40_000 }, (_, index) => index % 251);

const outgoing: OutgoingStream = {
  kind: 'bytes',
  topic: 'files',
  attributes: { a: 'b' },
  content,
  to: ['reader'],
};

/** Packets as they arrive at a reader. */
const arriving = (stream: OutgoingStream = outgoing, from = 'writer'): DataPacket[] =>
  [...streamPackets(stream)].map((packet) => {
    const arrived = DataPacket.fromBinary(packet.toBinary());
    arrived.participantIdentity = from;
    return arrived;
  });

const reader = () => {
  const heads: StreamHead[] = [];
  const parts: Uint8Array[] = [];
  const ends: boolean[] = [];
  const receiver = new StreamReceiver((head) => {
    heads.push(head);
    return { chunk: (part) => parts.push(part), end: (isWhole) => ends.push(isWhole) };
  });
  return {
    receiver,
    heads,
    ends,
    bytes: () => Uint8Array.from(parts.flatMap((part) => [...part])),
  };
};

describe('a stream', () => {
  it('arrives as it was sent, in chunks of 15,000 bytes', () => {
    const { receiver, heads, ends, bytes } = reader();
    const packets = arriving();
    expect(packets.map(({ value }) => value.case)).toEqual([
      'streamHeader',
      'streamChunk',
      'streamChunk',
      'streamChunk',
      'streamTrailer',
    ]);
    for (const packet of packets) receiver.received(packet);
    expect(heads).toEqual([
      { from: 'writer', kind: 'bytes', topic: 'files', attributes: { a: 'b' } },
    ]);
    expect(bytes()).toEqual(content);
    expect(ends).toEqual([true]);
  });

  it.each([
    ['a chunk is missing', [0, 1, 3, 4]],
    ['the last chunk is missing', [0, 1, 2, 4]],
    ['two chunks change places', [0, 2, 1, 3, 4]],
    ['a chunk comes twice', [0, 1, 1, 2, 3, 4]],
  ])('is not whole if %s', (_, order) => {
    const { receiver, ends } = reader();
    const packets = arriving();
    for (const index of order) {
      const packet = packets[index];
      if (packet !== undefined) receiver.received(packet);
    }
    expect(ends).toEqual([false]);
  });

  it('is not whole if its sender leaves', () => {
    const { receiver, ends } = reader();
    const [header, chunk] = arriving();
    for (const packet of [header, chunk]) if (packet !== undefined) receiver.received(packet);
    receiver.left('other');
    expect(ends).toEqual([]);
    receiver.left('writer');
    expect(ends).toEqual([false]);
  });

  it('is not mixed with that of another sender', () => {
    const { receiver, heads, ends } = reader();
    const [mine, theirs] = [arriving(), arriving({ ...outgoing, kind: 'text' }, 'other')];
    for (const [index, packet] of mine.entries()) {
      receiver.received(packet);
      const other = theirs[index];
      if (other !== undefined) receiver.received(other);
    }
    expect(heads.map(({ from, kind }) => [from, kind])).toEqual([
      ['writer', 'bytes'],
      ['other', 'text'],
    ]);
    expect(ends).toEqual([true, true]);
  });
});
