import { writeFile } from 'node:fs/promises';
import type { TrackPlan } from '@livekit-swarm/core';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, findChromium, launchChromium } from './support/chromium.ts';
import { AUDIO, type Crowd, openCrowd, seconds, tracksOf, until } from './support/crowd.ts';
import { startServer } from './support/servers.ts';
import { openViewer, type PageServer, servePage, type TrackReport, type Viewer } from './support/viewer.ts';

const path = findChromium();
let server: LiveKitServer;
let chromium: Chromium;
let page: PageServer;
beforeAll(async () => {
  server = await startServer();
  page = await servePage();
  chromium = await launchChromium(path ?? '');
});
afterAll(async () => {
  await chromium.close();
  await page[Symbol.asyncDispose]();
  await server.stop();
});

const join = async (viewer: Viewer, { room }: Crowd) => {
  const token = await makeToken({
    ...server,
    room,
    identity: 'browser',
    publish: { audio: true, video: true, data: false },
    subscribe: true,
    ttlSeconds: 60,
  });
  await viewer.join(server.url, token);
};
const of = (reports: TrackReport[], kind: string, from = 'guest-0') =>
  reports.find((r) => r.kind === kind && r.from === from) as TrackReport;

const CASES: [string, TrackPlan][] = [
  ['vp8 sim', { kind: 'video', codec: 'vp8', resolution: '720p', simulcast: true }],
  ['h264 sim', { kind: 'video', codec: 'h264', resolution: '720p', simulcast: true }],
  ['vp8', { kind: 'video', codec: 'vp8', resolution: '720p', simulcast: false }],
];

describe.each(['v1', 'v0'] as const)('%s', (signalling) => {
  test.each(CASES)('%s', async (name, video) => {
    await using crowd = openCrowd({ target: server, signalling });
    const guest = { publish: [AUDIO, video] };
    await crowd.join(guest, guest);
    await using viewer = await openViewer(chromium.browser, page.url);
    const t0 = Date.now();
    await join(viewer, crowd);
    await until('x', async () => {
      const r = (await viewer.report()).filter(({ kind }) => kind === 'video');
      return r.length === 2 && r.every(({ frameHeight }) => frameHeight === 720);
    }).catch((e) => console.log(String(e)));
    console.log(
      name,
      signalling,
      'full size after',
      Date.now() - t0,
      crowd
        .sample()
        .series.filter((s) => s.labels.direction === 'up' && s.labels.kind === 'video')
        .map(({ plisReceived, keyframes, packets, nacksReceived }) => ({ plisReceived, keyframes, packets, nacksReceived })),
    );
    const before = await viewer.report();
    const [look, loud] = await Promise.all([viewer.look('guest-0', 500), viewer.listen('guest-1', 1500), seconds(4)]);
    const after = await viewer.report();
    for (const r of [before, after]) console.log(JSON.stringify(of(r, 'video')), JSON.stringify(of(r, 'audio')));
    console.log(look, loud);
    await writeFile(`/tmp/shot-${name.replace(' ', '-')}-${signalling}.png`, await viewer.screenshot());
    if (video.kind === 'video' && video.simulcast) {
      for (const [q, h] of [
        ['LOW', 180],
        ['HIGH', 720],
        ['MEDIUM', 360],
      ] as const) {
        const t = Date.now();
        await viewer.wantQuality('guest-0', q);
        await until(q, async () => of(await viewer.report(), 'video').frameHeight === h).catch((e) => console.log(String(e)));
        console.log(q, Date.now() - t);
        await seconds(1);
      }
      const r = of(await viewer.report(), 'video');
      console.log(JSON.stringify(r));
      console.log(
        crowd
          .sample()
          .series.filter((s) => s.labels.direction === 'up' && s.labels.kind === 'video')
          .map(({ plisReceived, keyframes, packets, nacksReceived }) => ({ plisReceived, keyframes, packets, nacksReceived })),
      );
    }
    expect(viewer.errors).toEqual([]);
  });
  test('publish', async () => {
    await using crowd = openCrowd({ target: server, signalling });
    await crowd.join({}, {});
    await using viewer = await openViewer(chromium.browser, page.url);
    await join(viewer, crowd);
    await viewer.publish();
    await until('media', () => crowd.of('first_media').length === 2);
    for (let i = 0; i < 12; i++) {
      await seconds(1);
      console.log(
        JSON.stringify(
          crowd
            .sample()
            .series.filter((s) => s.labels.direction === 'down' && s.labels.kind === 'video')
            .map((s) => [s.packets, s.bytes, s.layers, s.plisSent, s.keyframes]),
        ),
      );
    }
    const lines = await crowd.leave();
    console.log(
      JSON.stringify(
        lines.map((l) => tracksOf(l, { direction: 'down' })),
        null,
        1,
      ),
    );
  });
});
