import { type ClipData, loadClip } from '@livekit-swarm/webrtc';
import { expect, test } from 'vitest';
import { depacketizeH264 } from '../test/support/depacketize.ts';
import { fillClip } from './fill-clip.ts';

const payloadsOf = ({ frames, packets, payload }: ClipData, frame: number): Uint8Array[] => {
  const [first = 0, count = 0] = frames.subarray(frame * 4);
  return Array.from({ length: count }, (_, index) => {
    const [offset = 0, length = 0] = packets.subarray((first + index) * 4);
    return payload.subarray(offset, offset + length);
  });
};

const column = (table: Uint32Array, at: number): number[] =>
  [...table].filter((_, index) => index % 4 === at);

test.each([
  ['vp8-1080p', 4 / 3],
  ['h264-1080p', 4 / 3],
  ['vp8-screen-1080p', 1.6],
  ['h264-screen-1080p', 2.3],
] as const)('%s has %f times its bytes, in as many frames', (name, factor) => {
  const clip = loadClip(name);
  const filled = fillClip(clip, factor);
  expect(filled.payload.length / clip.payload.length).toBeCloseTo(factor, 2);
  expect(column(filled.frames, 2)).toEqual(column(clip.frames, 2));
  expect(column(filled.frames, 3)).toEqual(column(clip.frames, 3));
  expect(Math.max(...column(filled.packets, 1))).toBeLessThanOrEqual(1_160);
});

test('VP8 frames are followed by zeros', () => {
  const clip = loadClip('vp8-720p');
  const filled = fillClip(clip, 1.5);
  for (let frame = 0; frame < 120; frame++) {
    const before = Buffer.concat(payloadsOf(clip, frame));
    const after = Buffer.concat(payloadsOf(filled, frame));
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.subarray(before.length).every((byte) => byte === 0)).toBe(true);
  }
});

test('H.264 slices are followed by filler data, unless only a few bytes are missing', () => {
  const clip = loadClip('h264-screen-720p');
  const filled = fillClip(clip, 1.5);
  let frames = 0;
  for (let frame = 0; frame < 135; frame++) {
    const [before = [], after = []] = [clip, filled].map((one) =>
      depacketizeH264(payloadsOf(one, frame)).map((nal) => Uint8Array.from(nal)),
    );
    expect(after.slice(0, before.length)).toEqual(before);
    const [filler] = after.slice(before.length);
    if (filler === undefined) continue;
    frames++;
    expect(after.length).toBe(before.length + 1);
    expect([filler[0], filler[1], filler.at(-1)]).toEqual([12, 0xff, 0x80]);
    expect(filler.length).toBeGreaterThan(500);
  }
  expect(frames).toBeGreaterThan(40);
  expect(frames).toBeLessThan(100);
});

test('the bit rate of other codecs cannot be raised', () => {
  expect(() => fillClip(loadClip('vp9-720p'), 2)).toThrow('the bit rate of vp9 cannot be raised');
});
