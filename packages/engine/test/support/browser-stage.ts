import type { LiveKitServer } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import type { SeriesSample } from '@livekit-swarm/record';
import type { TrackPlan } from '@livekit-swarm/scenario';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { startServer } from './servers.ts';
import { AUDIO, openTestRoom, seconds, type TestRoom, tracksOf, until } from './test-room.ts';
import { openViewer, type PageServer, servePage, type Viewer } from './viewer.ts';
import { seen, trackOf, watch } from './watch.ts';

export interface BrowserStage {
  server: LiveKitServer;
  page: PageServer;
  chromium: Chromium;
}

/**
 * Server, page and browser for the tests of a file, which are skipped without a browser. The stage
 * exists from the first test on.
 */
export const useBrowser = (): (() => BrowserStage) => {
  const executable = findChromium();
  let stage: BrowserStage | null = null;
  beforeAll(async () => {
    if (executable === null) return;
    const server = await startServer();
    const page = await servePage();
    stage = { server, page, chromium: await launchChromium(executable) };
  });
  beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
  afterAll(async () => {
    await stage?.chromium[Symbol.asyncDispose]();
    await stage?.page[Symbol.asyncDispose]();
    await stage?.server.stop();
  });
  return () => {
    if (stage === null) throw new Error('there is no stage before the first test');
    return stage;
  };
};

export const enter = async (
  { server }: BrowserStage,
  viewer: Viewer,
  { room }: TestRoom,
): Promise<void> => {
  const publish = { audio: true, video: true, data: true };
  const token = makeToken({
    ...server,
    room,
    identity: 'browser',
    publish,
    subscribe: true,
    ttlSeconds: 60,
  });
  await viewer.join(server.url, token);
};

export const seriesOf = (
  testRoom: TestRoom,
  direction: 'up' | 'down',
  kind: 'audio' | 'video',
): SeriesSample | undefined =>
  testRoom
    .sample()
    .series.find(({ labels }) => labels.direction === direction && labels.kind === kind);

const GUESTS = ['guest-0', 'guest-1'];

/** Check that the browser receives two participants with audio and this video. */
export const expectSeesAndHears = async (
  stage: BrowserStage,
  signalling: 'v0' | 'v1',
  video: TrackPlan,
  mimeType: string,
): Promise<void> => {
  await using viewer = await openViewer(stage.chromium.browser, stage.page.url);
  await using testRoom = openTestRoom({ target: stage.server, signalling });
  await testRoom.join({ publish: [AUDIO, video] }, { publish: [AUDIO, video] });
  await enter(stage, viewer, testRoom);
  await seen(viewer, 720, ...GUESTS);
  await Promise.all(GUESTS.map((guest) => watch(viewer, guest)));
  expect(await trackOf(viewer, 'guest-0', 'video')).toMatchObject({ mimeType });
  expect(viewer.errors).toEqual([]);
};

/** Check that two participants receive the media of the browser. */
export const expectIsSeenAndHeard = async (
  stage: BrowserStage,
  signalling: 'v0' | 'v1',
): Promise<void> => {
  await using viewer = await openViewer(stage.chromium.browser, stage.page.url);
  await using testRoom = openTestRoom({ target: stage.server, signalling });
  await testRoom.join({}, {});
  await enter(stage, viewer, testRoom);
  await viewer.publish();
  // A browser starts with the lowest layer, and adds the others as its bandwidth estimate grows.
  const ready = (series?: SeriesSample) =>
    series?.tracks === 2 && (series.layers[360] ?? series.layers[720]) === 2;
  await until('both have the middle layer', () => ready(seriesOf(testRoom, 'down', 'video')), 30);
  testRoom.sample();
  await seconds(3);
  const { series } = testRoom.sample();
  const received = (kind: string) =>
    series.find(({ labels }) => labels.direction === 'down' && labels.kind === kind);
  // Two subscribers for three seconds: 50 audio packets per second, and at least one video packet
  // per frame.
  expect(received('audio')).toMatchObject({ tracks: 2, labels: { codec: 'opus' } });
  expect(received('audio')?.packets).toBeGreaterThan(240);
  expect(received('audio')?.packets).toBeLessThan(360);
  expect(received('video')).toMatchObject({ tracks: 2, labels: { codec: 'vp8' } });
  expect(received('video')?.packets).toBeGreaterThan(60);
  expect(received('video')?.packets).toBeLessThan(2_000);
  expect(received('video')?.bytes).toBeGreaterThan(50_000);
  for (const line of await testRoom.leave()) {
    const [sound, picture] = [
      tracksOf(line, { kind: 'audio', publisher: 'browser' }),
      tracksOf(line, { kind: 'video', publisher: 'browser' }),
    ];
    expect(sound).toMatchObject([{ direction: 'down', codec: 'opus', lost: 0, activeAtEnd: true }]);
    expect(picture).toMatchObject([
      { direction: 'down', codec: 'vp8', lost: 0, activeAtEnd: true },
    ]);
    expect(picture[0]?.height).toBeGreaterThanOrEqual(360);
  }
  expect(viewer.errors).toEqual([]);
};
