import { loadClip } from '@livekit-swarm/webrtc';
import { expect, test } from 'vitest';
import { littleEndian } from '../test/support/bytes.ts';
import { writeAnnexB, writeIvf } from '../test/support/remux.ts';
import { MediaError } from './media-error.ts';
import { videoClip } from './video-clip.ts';
import { VIDEO_PRESETS } from './video-preset.ts';

const PRESET = VIDEO_PRESETS['180p'];

/** The frames of the smallest VP8 clip. */
const vp8Frames = (): Uint8Array[] => {
  const { payload, packets, frames } = loadClip('vp8-180p');
  return Array.from({ length: frames.length / 4 }, (_, frame) => {
    const [first = 0, count = 0] = frames.subarray(frame * 4);
    const start = packets[first * 4] ?? 0;
    const end = packets[(first + count) * 4] ?? payload.length;
    return payload.subarray(start, end);
  });
};

const vp8 = vp8Frames();

test('a truncated IVF file is refused', () => {
  const whole = writeIvf(vp8, PRESET);
  expect(() => videoClip('vp8', PRESET, whole)).not.toThrow();
  expect(() => videoClip('vp8', PRESET, whole.subarray(0, -1))).toThrow(
    /IVF frame 79 at byte \d+ is truncated/,
  );
});

test('a file that begins with a delta frame is refused', () => {
  expect(() => videoClip('vp8', PRESET, writeIvf(vp8.slice(1), PRESET))).toThrow(
    'the first frame is not a keyframe',
  );
});

test("a size or frame rate other than the preset's is refused", () => {
  const other = VIDEO_PRESETS['540p'];
  expect(() => videoClip('vp8', { ...PRESET, width: 322 }, writeIvf(vp8, PRESET))).toThrow(
    'frame 0 has 320x180 pixels; the preset has 322x180',
  );
  expect(() => videoClip('vp8', PRESET, writeIvf(vp8, { ...PRESET, fps: other.fps }))).toThrow(
    'frame 1 is not due at 1/20 s',
  );
});

test('a missing frame is refused', () => {
  const file = writeIvf(vp8, PRESET);
  // Timestamp of the second frame: after 32 bytes of header, the first frame with its 12 bytes, and
  // 4 bytes of length.
  file.set(littleEndian(2, 8), 32 + 12 + (vp8[0]?.length ?? 0) + 4);
  expect(() => videoClip('vp8', PRESET, file)).toThrow(MediaError);
});

test('an H.264 keyframe without parameter sets is refused', () => {
  expect(() => videoClip('h264', PRESET, writeAnnexB([[Uint8Array.of(0x65, 0x88, 0x84)]]))).toThrow(
    'keyframe 0 has no parameter sets',
  );
});
