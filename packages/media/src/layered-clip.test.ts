import { loadClip } from '@livekit-swarm/webrtc';
import { describe, expect, test } from 'vitest';
import { dependencyDescriptor } from './dependency-descriptor.ts';
import { LAYERED_CLIPS, layerSizes } from './layered-clip.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';
import { STRUCTURES } from './scalability.ts';
import { VIDEO_PRESETS } from './video-preset.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the descriptor of a keyframe has templates, chains and sizes (AV1 RTP specification, §A.8)', () => {
  const packet = { template: 0, starts: true, ends: true };
  const sizes = [{ width: 640, height: 360 }];
  const bits = [
    '11 000000 0000000000000000', // starts and ends, template 0, frame number
    '10000 000000 00000', // a structure is attached; offset; one decode target
    '00 11 10 10', // both templates of one layer; switch, switch
    '0 1 0000 0', // differences of frames: none; 1
    '1 0000 0001', // one chain, its differences
    `1 ${(639).toString(2).padStart(16, '0')} ${(359).toString(2).padStart(16, '0')}`,
  ];
  const expected = bits.join('').replaceAll(' ', '');
  const bytes = dependencyDescriptor(STRUCTURES.L1T1, packet, sizes);
  const written = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  expect(written).toBe(expected.padEnd(written.length, '0'));
  expect(hex(dependencyDescriptor(STRUCTURES.L1T1, { ...packet, template: 1 }, null))).toBe(
    'c10000',
  );
});

describe.each(LAYERED_CLIPS)('$name', ({ name, codec, mode, resolution }) => {
  const clip = loadClip(name);
  const structure = STRUCTURES[mode];
  const packets = Array.from({ length: clip.packets.length / 4 }, (_, index) => {
    const [offset = 0, length = 0, marker = 0] = clip.packets.subarray(index * 4);
    const whole = clip.payload.subarray(offset, offset + length);
    const descriptor = whole.subarray(1, 1 + (whole[0] ?? 0));
    return { descriptor, payload: whole.subarray(1 + descriptor.length), marker };
  });

  test('has the size and frame rate of its preset, and the codec', () => {
    const { width, height, fps } = VIDEO_PRESETS[resolution];
    expect(clip).toMatchObject({ codec, width, height, clockRate: 90_000 });
    expect(clip.frames.length / 4).toBe(4 * fps);
  });

  test('marks the end of each picture, and the beginning and end of each of its layers', () => {
    expect(packets.filter(({ marker }) => marker === 1)).toHaveLength(clip.frames.length / 4);
    const layers = (clip.frames.length / 4) * structure.spatialLayers;
    const starts = packets.filter(({ descriptor: [first = 0] }) => (first & 0x80) !== 0);
    const ends = packets.filter(({ descriptor: [first = 0] }) => (first & 0x40) !== 0);
    expect([starts.length, ends.length]).toEqual([layers, layers]);
  });

  test('fits its packets, with the structure in keyframes only', () => {
    for (const { descriptor, payload } of packets)
      expect(payload.length + descriptor.length - 3).toBeLessThanOrEqual(MAX_RTP_PAYLOAD);
    const long = packets.filter(({ descriptor }) => descriptor.length > 3);
    expect(long).toHaveLength(2);
    const sizes = layerSizes(VIDEO_PRESETS[resolution], structure.spatialLayers);
    const [first = { descriptor: new Uint8Array() }] = long;
    const packet = { template: 0, starts: true, ends: ((first.descriptor[0] ?? 0) & 0x40) !== 0 };
    expect(hex(first.descriptor)).toBe(hex(dependencyDescriptor(structure, packet, sizes)));
  });
});
