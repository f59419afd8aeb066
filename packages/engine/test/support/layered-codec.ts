import type { TrackPlan } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { enter, useBrowser } from './browser-stage.ts';
import { openTestRoom, seconds, tracksOf, until } from './test-room.ts';
import { openViewer } from './viewer.ts';
import { seen, trackOf } from './watch.ts';

interface Decoding {
  codec: 'vp9' | 'av1';
  /** Time in which a slow host decodes a second of the clip, ms. */
  lookMs: number;
}

/**
 * Test a codec with one layer, and with layers in one stream, as decoded by a browser and received
 * by native participants.
 */
export const testLayeredCodec = ({ codec, lookMs }: Decoding): void => {
  const stage = useBrowser();
  const name = codec.toUpperCase();

  const camera = (resolution: '360p' | '720p'): TrackPlan & { kind: 'video' } => ({
    ...{ kind: 'video', source: 'camera', simulcast: false },
    codec,
    resolution,
  });
  const layers: TrackPlan = { ...camera('720p'), scalabilityMode: 'L3T3_KEY' };

  test(`a browser decodes ${name} with one layer, at its size`, async () => {
    const { chromium, page, server } = stage();
    await using viewer = await openViewer(chromium.browser, page.url);
    await using testRoom = openTestRoom({ target: server, signalling: 'auto' });
    await testRoom.join({ publish: [camera('720p')] }, { publish: [camera('360p')] });
    await enter(stage(), viewer, testRoom);
    await seen(viewer, 720, 'guest-0');
    await seen(viewer, 360, 'guest-1');
    const before = await trackOf(viewer, 'guest-0', 'video');
    expect(before.mimeType).toBe(`video/${name}`);
    const picture = await viewer.look('guest-0', 2 * lookMs);
    const after = await trackOf(viewer, 'guest-0', 'video');
    expect(picture.orange).toBeGreaterThan(0.02);
    expect(after.framesDecoded - before.framesDecoded).toBeGreaterThan(40);
    expect(after.packetsLost).toBe(0);
  });

  test('a browser receives the spatial layer that it requests', async () => {
    const { chromium, page, server } = stage();
    await using viewer = await openViewer(chromium.browser, page.url);
    await using testRoom = openTestRoom({ target: server, signalling: 'auto' });
    await testRoom.join({ publish: [layers] });
    await enter(stage(), viewer, testRoom);
    await seen(viewer, 720, 'guest-0');
    const steps = [
      ['LOW', 180],
      ['HIGH', 720],
      ['MEDIUM', 360],
      ['HIGH', 720],
    ] as const;
    for (const [quality, height] of steps) {
      await viewer.wantQuality('guest-0', quality);
      await seen(viewer, height, 'guest-0');
      const before = await trackOf(viewer, 'guest-0', 'video');
      const picture = await viewer.look('guest-0', 1.5 * lookMs);
      const after = await trackOf(viewer, 'guest-0', 'video');
      expect(picture).toMatchObject({ width: (height * 16) / 9, height });
      expect(picture.orange).toBeGreaterThan(0.02);
      expect(after.framesDecoded - before.framesDecoded).toBeGreaterThan(25);
      expect(after.packetsLost).toBe(0);
    }
  });

  test('participants receive the layer of their layout, and lose no packet', async () => {
    const { server } = stage();
    await using testRoom = openTestRoom({ target: server, signalling: 'auto' });
    await testRoom.join(
      { publish: [layers] },
      { layout: { type: 'all' } },
      { layout: { type: 'grid', tiles: 9 } },
      { layout: { type: 'grid', tiles: 36 } },
    );
    await until('all receive it', () => testRoom.of('first_media').length >= 3);
    await seconds(9);
    const lines = await testRoom.leave();
    const heights = lines.slice(1).map((line) => {
      const [track] = tracksOf(line, { direction: 'down', kind: 'video' });
      expect(track).toMatchObject({ codec, lost: 0 });
      return track?.height;
    });
    expect(heights).toEqual([720, 360, 180]);
  });
};
