/** VP9 and AV1 of a browser, as received by native participants. */
import type { LiveKitServer } from '@livekit-swarm/lab';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClientRoom } from './support/client-room.ts';
import { startServer } from './support/servers.ts';
import { openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';

const reason = await skipWithout('chromium');

let server: LiveKitServer;
beforeAll(async () => {
  if (reason === null) server = await startServer();
});
afterAll(() => server?.stop());

const camera = (codec: 'vp9' | 'av1', scalabilityMode: 'L3T3_KEY' | null): TrackPlan => ({
  ...{ kind: 'video', source: 'camera', resolution: '720p', simulcast: false },
  codec,
  ...(scalabilityMode !== null && { scalabilityMode }),
});

test.each([
  ['vp9', null],
  ['vp9', 'L3T3_KEY'],
  ['av1', null],
  ['av1', 'L3T3_KEY'],
] as const)(
  'native participants receive %s of a browser, layers: %s',
  { timeout: 90_000 },
  async (codec, mode) => {
    await using crowd = openTestRoom({ target: server, signalling: 'v1' });
    await crowd.join({ layout: { type: 'all' } }, { layout: { type: 'grid', tiles: 36 } });
    await using browser = await openClientRoom('browser', server, crowd.room, {
      publish: [camera(codec, mode)],
    });
    await until('both receive it', () => crowd.of('first_media').length === 2, 30);
    await seconds(15);
    const { series = [] } = browser.sample();
    expect(series.length).toBeGreaterThan(0);
    const sent = (browser.raw()?.peers.flat() ?? []).find(
      (one) => one.type === 'outbound-rtp' && one.kind === 'video',
    );
    const lines = await crowd.leave();
    const [all, tile] = lines.map((line) => {
      const [track, ...more] = tracksOf(line, { direction: 'down', kind: 'video' });
      expect(more).toEqual([]);
      expect(track).toMatchObject({ publisher: 'browser-1', codec, lost: 0, activeAtEnd: true });
      return track;
    });
    // An encoder that cannot keep up sends a smaller picture.
    expect(sent?.scalabilityMode).toBe(mode ?? 'L1T1');
    expect(all?.height).toBeGreaterThanOrEqual(180);
    expect(all?.height).toBeLessThanOrEqual(720);
    if (mode === null) expect(tile?.height).toBe(all?.height);
    else expect(tile?.height).toBeLessThan(all?.height ?? 0);
    await browser.leave();
  },
);
