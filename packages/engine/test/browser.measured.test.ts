import { existsSync } from 'node:fs';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { findChromium, launchChromium, processesOf } from '@livekit-swarm/testkit/chromium';
import { describe, expect, test } from 'vitest';
import {
  enter,
  expectIsSeenAndHeard,
  expectSeesAndHears,
  seriesOf,
  useBrowser,
} from './support/browser-stage.ts';
import { openTestRoom, SIMULCAST, seconds, until } from './support/test-room.ts';
import { openViewer } from './support/viewer.ts';
import { seen, trackOf } from './support/watch.ts';

const stage = useBrowser();

const SIGNALLING = ['v1', 'v0'] as const;
const SINGLE: TrackPlan = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '720p',
  simulcast: false,
};
const H264: TrackPlan = {
  kind: 'video',
  source: 'camera',
  codec: 'h264',
  resolution: '720p',
  simulcast: true,
};

/**
 * VP8 in three layers over v1, and media that a browser publishes, are tested in
 * `browser.smoke.test.ts`.
 */
test.each([
  ['v1', 'H.264 in three layers', 'video/H264', H264],
  ['v1', 'VP8 in one layer', 'video/VP8', SINGLE],
  ['v0', 'VP8 in three layers', 'video/VP8', SIMULCAST],
  ['v0', 'H.264 in three layers', 'video/H264', H264],
  ['v0', 'VP8 in one layer', 'video/VP8', SINGLE],
] as const)(
  'over %s, a browser receives the participants of a room: %s',
  (signalling, _, mimeType, video) => expectSeesAndHears(stage(), signalling, video, mimeType),
);

test('over v0, the participants of a room receive a browser', () =>
  expectIsSeenAndHeard(stage(), 'v0'));

describe.each(SIGNALLING)('a browser in a room over %s', (signalling) => {
  test.each([
    ['VP8', SIMULCAST],
    ['H.264', H264],
  ] as const)('receives the layer that it requests: %s', async (_, video) => {
    const { chromium, page, server } = stage();
    await using viewer = await openViewer(chromium.browser, page.url);
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join({ publish: [video] });
    await enter(stage(), viewer, testRoom);
    await seen(viewer, 720, 'guest-0');
    const start = await trackOf(viewer, 'guest-0', 'video');
    const steps = [
      ['LOW', 180, 20],
      ['HIGH', 720, 30],
      ['MEDIUM', 360, 20],
      ['HIGH', 720, 30],
    ] as const;
    for (const [quality, height, fps] of steps) {
      await viewer.wantQuality('guest-0', quality);
      await seen(viewer, height, 'guest-0');
      const before = await trackOf(viewer, 'guest-0', 'video');
      const picture = await viewer.look('guest-0', 1_500);
      const after = await trackOf(viewer, 'guest-0', 'video');
      expect(picture).toMatchObject({ width: (height * 16) / 9, height });
      expect(picture.orange).toBeGreaterThan(0.02);
      expect(after.framesDecoded - before.framesDecoded).toBeGreaterThan(fps);
    }
    const end = await trackOf(viewer, 'guest-0', 'video');
    expect(end.keyFramesDecoded - start.keyFramesDecoded).toBeGreaterThanOrEqual(steps.length);
    // A switch waits for a keyframe; layers with different timestamps would freeze the video for
    // longer.
    expect(end.totalFreezesDuration - start.totalFreezesDuration).toBeLessThan(0.5);
  });

  test('receives a keyframe when it needs one', async () => {
    const { chromium, page, server } = stage();
    await using viewer = await openViewer(chromium.browser, page.url);
    await using testRoom = openTestRoom({ target: server, signalling });
    // Another subscriber keeps the layer active. Without it, the publisher would stop, and restart
    // with a keyframe that needs no PLI.
    await testRoom.join({ publish: [SINGLE] }, {});
    await enter(stage(), viewer, testRoom);
    await seen(viewer, 720, 'guest-0');
    for (let round = 0; round < 4; round++) {
      await viewer.setEnabled('guest-0', false);
      await seconds(0.8);
      const stopped = await trackOf(viewer, 'guest-0', 'video');
      await seconds(0.3);
      const before = await trackOf(viewer, 'guest-0', 'video');
      expect(before.framesDecoded).toBe(stopped.framesDecoded);
      seriesOf(testRoom, 'up', 'video');
      await viewer.setEnabled('guest-0', true);
      // The clip has a keyframe every two seconds; the next one is almost a second away.
      const hasPicture = async () =>
        (await trackOf(viewer, 'guest-0', 'video')).keyFramesDecoded > before.keyFramesDecoded;
      await until('a keyframe', hasPicture, 0.5);
      const sent = seriesOf(testRoom, 'up', 'video');
      expect(sent?.plisReceived).toBeGreaterThan(0);
      expect(sent?.keyframes).toBeGreaterThan(0);
    }
  });
});

test('the browser leaves neither processes nor files behind', async () => {
  const {
    browser,
    profile,
    [Symbol.asyncDispose]: close,
  } = await launchChromium(findChromium() ?? '');
  await openViewer(browser, stage().page.url);
  expect((await processesOf(profile)).length).toBeGreaterThan(0);
  await close();
  expect(await processesOf(profile)).toEqual([]);
  expect(existsSync(profile)).toBe(false);
});
