import { readFileSync } from 'node:fs';
import { loadClip } from '@livekit-swarm/webrtc';
import { describe, expect, test } from 'vitest';
import { writeIvf } from '../test/support/remux.ts';
import { clipFacts } from './clip-facts.ts';
import { MediaError } from './media-error.ts';
import { ownClip } from './own-clip.ts';
import { writeClip } from './write-clip.ts';

const file = (name: string): Uint8Array =>
  readFileSync(new URL(`../test/files/${name}`, import.meta.url));
const speech = readFileSync(new URL('../../../scripts/clips/encoded/speech.opus', import.meta.url));

/** Frames of a VP8 clip, joined from their packets. */
const framesOf = (name: 'vp8-180p'): Uint8Array[] => {
  const { frames, packets, payload } = loadClip(name);
  return Array.from({ length: frames.length / 4 }, (_, frame) => {
    const [first = 0, count = 0] = frames.subarray(frame * 4, frame * 4 + 2);
    const rows = packets.subarray(first * 4, (first + count) * 4);
    const end = (rows.at(-4) ?? 0) + (rows.at(-3) ?? 0);
    return payload.slice(rows[0] ?? 0, end);
  });
};
const ivf = writeIvf(framesOf('vp8-180p'), { width: 320, height: 180, fps: 20, maxBitrate: 0 });

describe('clips of files', () => {
  test('an Ogg file gives the packets of the clip that it was written from', () => {
    const clip = ownClip(speech, 'ogg', 'audio');
    expect(Buffer.compare(clip.payload, loadClip('speech').payload)).toBe(0);
    expect(clipFacts('x', clip)).toMatchObject({
      codec: 'opus',
      stereo: false,
      dtx: false,
      packets: 50,
      durationMs: 8_000,
    });
  });

  test('an IVF file gives the clip that it was written from', () => {
    expect(writeClip(ownClip(ivf, 'ivf', 'video'))).toEqual(writeClip(loadClip('vp8-180p')));
  });

  test('the video of an MP4 file, parameter sets before each keyframe', () => {
    const clip = ownClip(file('h264-opus.mp4'), 'mp4', 'video');
    expect(clipFacts('x', clip)).toMatchObject({
      codec: 'h264',
      width: 64,
      height: 48,
      durationMs: 2_000,
    });
    const rows = Array.from({ length: 20 }, (_, frame) =>
      clip.frames.slice(frame * 4, frame * 4 + 4),
    );
    expect(rows.flatMap(([, , , keyframe], frame) => (keyframe === 1 ? [frame] : []))).toEqual([
      0, 10,
    ]);
    for (const [first = 0, , duration, keyframe] of rows) {
      expect(duration).toBe(9_000);
      // STAP-A (RFC 6184 §5.7.1).
      if (keyframe === 1) expect((clip.payload[clip.packets[first * 4] ?? 0] ?? 0) & 0x1f).toBe(24);
    }
  });

  test('the audio of an MP4 file', () => {
    const clip = ownClip(file('h264-opus.mp4'), 'mp4', 'audio');
    const { packets, durationMs, bits } = clipFacts('x', clip);
    expect(packets).toBeCloseTo(50);
    expect(durationMs).toBeGreaterThan(1_990);
    expect(bits).toBeGreaterThan(8_000);
  });
});

test.each<[string, string, Uint8Array, string, 'audio' | 'video', RegExp]>([
  [
    'AAC',
    'is named',
    file('b-frames-aac.mp4'),
    'mp4',
    'audio',
    /^has AAC audio; Opus can be sent$/,
  ],
  ['H.265', 'is named', file('h265.mp4'), 'mp4', 'video', /^has H\.265 video; H\.264 can be sent$/],
  [
    'B-frames',
    'are named',
    file('b-frames-aac.mp4'),
    'mp4',
    'video',
    /^has B-frames \(frame \d+ is/,
  ],
  ['a High profile', 'is named', file('high-profile.mp4'), 'mp4', 'video', /profile/],
  [
    'an uneven frame rate',
    'is named',
    file('uneven.mp4'),
    'mp4',
    'video',
    /^frame 4 lasts 200 ms and not 100 ms/,
  ],
  ['a file without audio', 'is named', file('h265.mp4'), 'mp4', 'audio', /^has no audio track$/],
  [
    'a truncated MP4 file',
    'is named',
    file('h264-opus.mp4').subarray(0, 2_000),
    'mp4',
    'video',
    /is truncated/,
  ],
  [
    'something else',
    'is named',
    Buffer.from('hello, this is text'),
    'mp4',
    'video',
    /^is not an MP4 file/,
  ],
  ['an empty file', 'is named', Buffer.alloc(0), 'mp4', 'video', /^is not an MP4 file/],
  ['a truncated Ogg file', 'is named', speech.subarray(0, -5), 'ogg', 'audio', /is truncated/],
  ['a truncated IVF file', 'is named', ivf.subarray(0, -5), 'ivf', 'video', /is truncated/],
  [
    'an IVF file of VP8 published as audio',
    'is named',
    ivf,
    'ivf',
    'audio',
    /^cannot be published as audio$/,
  ],
])('%s %s', (_, _named, bytes, extension, kind, message) => {
  const make = () => ownClip(bytes, extension, kind);
  expect(make).toThrow(MediaError);
  expect(make).toThrow(message);
});

test('any damage to an MP4 file is a MediaError', () => {
  const whole = file('h264-opus.mp4');
  for (let round = 0; round < 300; round += 1) {
    const damaged = Uint8Array.from(whole);
    // Changes bytes of its index, which is at the end, and elsewhere: the same places in each run.
    for (let hit = 0; hit < 8; hit += 1)
      damaged[(round * 7_919 + hit * 104_729) % damaged.length] = (round * 31 + hit * 17) & 0xff;
    for (const kind of ['audio', 'video'] as const)
      try {
        ownClip(damaged, 'mp4', kind);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
  }
});
