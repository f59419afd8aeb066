/** Shared screens, and videos with a requested bit rate, as decoded by a browser. */
import type { TrackPlan } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { enter, useBrowser } from './support/browser-stage.ts';
import { openTestRoom, until } from './support/test-room.ts';
import { openViewer } from './support/viewer.ts';
import { seen, trackOf } from './support/watch.ts';

const stage = useBrowser();

const video = (
  source: 'camera' | 'screen',
  codec: 'vp8' | 'h264',
  bitrates: number[],
): TrackPlan => ({
  ...{ kind: 'video', source, codec, resolution: '1080p', simulcast: bitrates.length > 1 },
  bitrates,
});

test.each([
  ['screen', 'vp8', [2_000_000, 4_000_000]],
  ['screen', 'h264', [2_000_000, 4_000_000]],
  ['camera', 'vp8', [4_000_000]],
  ['camera', 'h264', [4_000_000]],
] as const)('a browser decodes a %s of %s at %j bit/s', async (source, codec, bitrates) => {
  const { chromium, page, server } = stage();
  await using viewer = await openViewer(chromium.browser, page.url);
  await using testRoom = openTestRoom({ target: server, signalling: 'auto' });
  await testRoom.join({ publish: [video(source, codec, [...bitrates])] });
  await enter(stage(), viewer, testRoom);
  await seen(viewer, 1_080, 'guest-0');
  const before = await trackOf(viewer, 'guest-0', 'video');
  const picture = await viewer.look('guest-0', 9_000);
  const after = await trackOf(viewer, 'guest-0', 'video');
  expect(after.mimeType.toLowerCase()).toBe(`video/${codec}`);
  expect(picture).toMatchObject({ width: 1_920, height: 1_080 });
  expect(picture.orange).toBeGreaterThan(0.02);
  // 15 frames per second of a screen, 30 of a camera; a busy host decodes fewer.
  expect(after.framesDecoded - before.framesDecoded).toBeGreaterThan(90);
  expect(after.packetsLost).toBe(0);
  expect(after.pliCount - before.pliCount).toBe(0);
  if (bitrates.length === 1) return;
  await viewer.wantQuality('guest-0', 'LOW');
  await until('the lower layer', async () => {
    const { frameHeight } = await trackOf(viewer, 'guest-0', 'video');
    return frameHeight === 720;
  });
});
