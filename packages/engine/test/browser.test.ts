import { existsSync } from 'node:fs';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import type { SeriesSample } from '@livekit-swarm/record';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
  processesOf,
} from './support/chromium.ts';
import {
  AUDIO,
  type Crowd,
  openCrowd,
  SIMULCAST,
  seconds,
  tracksOf,
  until,
} from './support/crowd.ts';
import { startServer } from './support/servers.ts';
import { openViewer, type PageServer, servePage, type Viewer } from './support/viewer.ts';
import { seen, trackOf, watch } from './support/watch.ts';

const executable = findChromium();
let server: LiveKitServer;
let page: PageServer;
let chromium: Chromium;
beforeAll(async () => {
  if (executable === null) return console.warn(`skipped: ${NO_CHROMIUM}`);
  server = await startServer();
  page = await servePage();
  chromium = await launchChromium(executable);
});
beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await page?.[Symbol.asyncDispose]();
  await server?.stop();
});

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
const GUESTS = ['guest-0', 'guest-1'];

const enter = async (viewer: Viewer, { room }: Crowd): Promise<void> => {
  const publish = { audio: true, video: true, data: false };
  const token = await makeToken({
    ...server,
    room,
    identity: 'browser',
    publish,
    subscribe: true,
    ttlSeconds: 60,
  });
  await viewer.join(server.url, token);
};

const seriesOf = (
  crowd: Crowd,
  direction: 'up' | 'down',
  kind: 'audio' | 'video',
): SeriesSample | undefined =>
  crowd
    .sample()
    .series.find(({ labels }) => labels.direction === direction && labels.kind === kind);

describe.each(SIGNALLING)('a browser in a room of ours over %s', (signalling) => {
  test.each([
    ['VP8 in three layers', 'video/VP8', SIMULCAST],
    ['H.264 in three layers', 'video/H264', H264],
    ['VP8 in one layer', 'video/VP8', SINGLE],
  ] as const)('sees and hears everybody: %s', async (_, mimeType, video) => {
    await using viewer = await openViewer(chromium.browser, page.url);
    await using crowd = openCrowd({ target: server, signalling });
    await crowd.join({ publish: [AUDIO, video] }, { publish: [AUDIO, video] });
    await enter(viewer, crowd);
    await seen(viewer, 720, ...GUESTS);
    await Promise.all(GUESTS.map((guest) => watch(viewer, guest)));
    expect(await trackOf(viewer, 'guest-0', 'video')).toMatchObject({ mimeType });
    expect(viewer.errors).toEqual([]);
  });

  test.each([
    ['VP8', SIMULCAST],
    ['H.264', H264],
  ] as const)('is given the layer that it asks for: %s', async (_, video) => {
    await using viewer = await openViewer(chromium.browser, page.url);
    await using crowd = openCrowd({ target: server, signalling });
    await crowd.join({ publish: [video] });
    await enter(viewer, crowd);
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
    // A switch waits for a keyframe; layers whose times did not agree would stop the picture for longer.
    expect(end.totalFreezesDuration - start.totalFreezesDuration).toBeLessThan(0.5);
  });

  test('is given a keyframe when it needs one', async () => {
    await using viewer = await openViewer(chromium.browser, page.url);
    await using crowd = openCrowd({ target: server, signalling });
    // Somebody else keeps looking, or the publisher would stop, and begin again with a keyframe, without being asked for one.
    await crowd.join({ publish: [SINGLE] }, {});
    await enter(viewer, crowd);
    await seen(viewer, 720, 'guest-0');
    for (let round = 0; round < 4; round++) {
      await viewer.setEnabled('guest-0', false);
      await seconds(0.8);
      const stopped = await trackOf(viewer, 'guest-0', 'video');
      await seconds(0.3);
      const before = await trackOf(viewer, 'guest-0', 'video');
      expect(before.framesDecoded).toBe(stopped.framesDecoded);
      seriesOf(crowd, 'up', 'video');
      await viewer.setEnabled('guest-0', true);
      // Every two seconds the clip has one anyway, now almost a second away.
      const hasPicture = async () =>
        (await trackOf(viewer, 'guest-0', 'video')).keyFramesDecoded > before.keyFramesDecoded;
      await until('a keyframe', hasPicture, 0.5);
      const sent = seriesOf(crowd, 'up', 'video');
      expect(sent?.plisReceived).toBeGreaterThan(0);
      expect(sent?.keyframes).toBeGreaterThan(0);
    }
  });

  test('is seen and heard by everybody', async () => {
    await using viewer = await openViewer(chromium.browser, page.url);
    await using crowd = openCrowd({ target: server, signalling });
    await crowd.join({}, {});
    await enter(viewer, crowd);
    await viewer.publish();
    // A browser begins with the lowest layer and adds the others as it finds room for them.
    const ready = (series?: SeriesSample) =>
      series?.tracks === 2 && (series.layers[360] ?? series.layers[720]) === 2;
    await until('both have the middle layer', () => ready(seriesOf(crowd, 'down', 'video')), 30);
    crowd.sample();
    await seconds(3);
    const { series } = crowd.sample();
    const received = (kind: string) =>
      series.find(({ labels }) => labels.direction === 'down' && labels.kind === kind);
    // Two listeners, three seconds: 50 packets of sound a second, of pictures at least one a frame.
    expect(received('audio')).toMatchObject({ tracks: 2, labels: { codec: 'opus' } });
    expect(received('audio')?.packets).toBeGreaterThan(240);
    expect(received('audio')?.packets).toBeLessThan(360);
    expect(received('video')).toMatchObject({ tracks: 2, labels: { codec: 'vp8' } });
    expect(received('video')?.packets).toBeGreaterThan(60);
    expect(received('video')?.packets).toBeLessThan(2_000);
    expect(received('video')?.bytes).toBeGreaterThan(50_000);
    for (const line of await crowd.leave()) {
      const [sound, picture] = [
        tracksOf(line, { kind: 'audio', from: 'browser' }),
        tracksOf(line, { kind: 'video', from: 'browser' }),
      ];
      expect(sound).toMatchObject([
        { direction: 'down', codec: 'opus', lost: 0, aliveAtEnd: true },
      ]);
      expect(picture).toMatchObject([
        { direction: 'down', codec: 'vp8', lost: 0, aliveAtEnd: true },
      ]);
      expect(picture[0]?.height).toBeGreaterThanOrEqual(360);
    }
    expect(viewer.errors).toEqual([]);
  });
});

test('the browser leaves no process and no file behind', async () => {
  const { browser, profile, [Symbol.asyncDispose]: close } = await launchChromium(executable ?? '');
  await openViewer(browser, page.url);
  expect((await processesOf(profile)).length).toBeGreaterThan(0);
  await close();
  expect(await processesOf(profile)).toEqual([]);
  expect(existsSync(profile)).toBe(false);
});
