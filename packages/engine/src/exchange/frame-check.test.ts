import { expect, test } from 'vitest';
import { type FrameResult, noFrames } from './exchange-result.ts';
import { FrameCheck } from './frame-check.ts';
import { frameOf, readFrame } from './frames.ts';

const counted = (): { frames: FrameResult; check: FrameCheck } => {
  const frames = noFrames();
  return { frames, check: new FrameCheck(() => frames) };
};

test('a frame has its number and its time, and damage shows', () => {
  const frame = frameOf(70_000, 40);
  expect(readFrame(frame)).toMatchObject({ number: 70_000 });
  expect(readFrame(frame)?.ms).toBeLessThan(1_000);
  frame[30] = (frame[30] ?? 0) ^ 1;
  expect(readFrame(frame)).toBeNull();
  expect(readFrame(frame.subarray(0, 5))).toBeNull();
  expect(readFrame(frameOf(1, 12))).toMatchObject({ number: 1 });
});

test('frames are counted from the first that arrives: lost, late and repeated ones', () => {
  const { frames, check } = counted();
  for (const number of [10, 11, 13, 12, 12, 15, ...Array.from({ length: 65 }, (_, n) => 16 + n)])
    check.receive(frameOf(number, 20));
  // Number 14 may still come: it is lost 65 frames later.
  expect(frames).toMatchObject({ received: 70, reordered: 1, lost: 1, tracks: 1, silent: 0 });
  expect(frames.latencies).toHaveLength(70);
});

test('what is missing at the end is lost, and so is a damaged frame', () => {
  const { frames, check } = counted();
  check.receive(frameOf(0, 20));
  check.receive(frameOf(3, 20));
  check.receive(new Uint8Array(20).fill(255));
  expect(frames.lost).toBe(1);
  check.end();
  expect(frames).toMatchObject({ received: 2, lost: 3 });
});

test('a damaged frame counts once, also when later frames show that it is missing', () => {
  const { frames, check } = counted();
  check.receive(frameOf(0, 20));
  check.receive(new Uint8Array(20).fill(255));
  check.receive(frameOf(2, 20));
  check.end();
  expect(frames).toMatchObject({ received: 2, lost: 1 });
});

test('frames that are overdue count as lost, and once', () => {
  const { frames, check } = counted();
  check.receive(frameOf(0, 12));
  check.overdue(5);
  check.overdue(8);
  expect(frames.lost).toBe(8);
  check.receive(frameOf(11, 12));
  check.end();
  expect(frames).toMatchObject({ received: 2, lost: 10 });
});

test('frames from a host with another clock are not timed', () => {
  const frames = noFrames();
  new FrameCheck(() => frames, false).receive(frameOf(0, 12));
  expect(frames).toMatchObject({ received: 1, latencies: [] });
});

test('a long gap is lost at once', () => {
  const { frames, check } = counted();
  check.receive(frameOf(0, 12));
  check.receive(frameOf(50_001, 12));
  expect(frames).toMatchObject({ received: 2, lost: 50_000 });
});

test('a track without a frame in time is silent, once', () => {
  const { frames, check } = counted();
  check.silent();
  check.receive(frameOf(0, 12));
  expect(frames).toMatchObject({ tracks: 1, silent: 1, received: 1 });
});
