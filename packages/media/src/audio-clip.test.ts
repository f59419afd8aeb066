import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { audioClip, opusClip } from './audio-clip.ts';
import type { OpusPacket } from './ogg-opus.ts';

const read = (file: string): Uint8Array =>
  readFileSync(new URL(`../../../scripts/clips/encoded/${file}`, import.meta.url));
const [opus, levels] = [read('speech.opus'), read('speech.levels')];

test('a cut Ogg file is refused', () => {
  expect(() => audioClip(opus.subarray(0, -1), levels)).toThrow(
    /the Ogg page at byte \d+ is truncated/,
  );
});

test('too few levels for the packets are refused', () => {
  expect(() => audioClip(opus, levels.subarray(1))).toThrow('has 400 packets and 399 audio levels');
});

describe('speech with DTX', () => {
  const [voice, noise, empty] = [[0xf8, 1, 2, 3], [0xf8, 9, 9], [0xf8]].map((bytes) => ({
    data: Uint8Array.from(bytes),
    samples: 960,
  })) as [OpusPacket, OpusPacket, OpusPacket];
  const sent = (packets: OpusPacket[]): [bytes: number, duration: number, marker: number][] => {
    const clip = opusClip(packets, new Uint8Array(packets.length));
    return Array.from({ length: clip.frames.length / 4 }, (_, index) => [
      clip.packets[index * 4 + 1] ?? 0,
      (clip.frames[index * 4 + 2] ?? 0) / 960,
      clip.packets[index * 4 + 2] ?? 0,
    ]);
  };
  const pause = (packets: number): OpusPacket[] => Array<OpusPacket>(packets).fill(empty);

  test('one packet of a pause is sent, and the first of the next speech is marked', () => {
    expect(sent([voice, voice, ...pause(20), noise, ...pause(10), voice, voice])).toEqual([
      [4, 1, 0],
      [4, 1, 0],
      [1, 20, 0],
      [3, 1, 0],
      [1, 10, 0],
      [4, 1, 1],
      [4, 1, 0],
    ]);
  });

  test('another packet is sent after 400 ms, whatever the file contains', () => {
    expect(sent([voice, voice, ...pause(45)])).toEqual([
      [4, 1, 1],
      [4, 1, 0],
      [1, 20, 0],
      [1, 20, 0],
      [1, 5, 0],
    ]);
  });

  test('a single packet without contents does not make a pause', () => {
    expect(sent([voice, empty, voice, voice]).map(([, , marker]) => marker)).toEqual([0, 0, 0, 0]);
  });
});

test('a packet too large for a datagram is refused', () => {
  const data = new Uint8Array(1_161);
  expect(() => opusClip([{ data, samples: 960 }], new Uint8Array(1))).toThrow(
    'packet 0 has 1161 bytes; 1160 can be sent',
  );
});
