import { type LiveKitServer, TESTED_VERSIONS } from '@livekit-swarm/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, SIMULCAST, seconds, tracksOf } from './support/test-room.ts';

describe.each(TESTED_VERSIONS)('livekit-server %s', (version) => {
  let server: LiveKitServer;
  beforeAll(async () => {
    server = await startServer({ version });
  });
  afterAll(() => server.stop());

  test.each(['v1', 'v0'] as const)(
    'two participants receive each other over %s',
    async (signalling) => {
      await using testRoom = openTestRoom({ target: server, signalling });
      const guest = { publish: [AUDIO, SIMULCAST] };
      await testRoom.join(guest, guest);
      expect(testRoom.of('joined')).toHaveLength(2);
      expect(testRoom.of('joined')[0]).toMatchObject({ serverVersion: version, attempt: 1 });
      await seconds(1.5);
      testRoom.sample();
      await seconds(1);
      const sample = testRoom.sample();
      expect(sample.connected).toBe(2);
      const series = (direction: string, kind: string) =>
        sample.series.find(({ labels }) => labels.direction === direction && labels.kind === kind);
      // 50 packets per second for each track; the sampled second may be slightly longer or shorter.
      expect(series('up', 'audio')?.packets).toBeGreaterThan(80);
      expect(series('down', 'audio')?.packets).toBeGreaterThan(80);
      expect(series('down', 'audio')?.packets).toBeLessThan(125);
      expect(series('down', 'video')).toMatchObject({ tracks: 2, lost: 0, layers: { 720: 2 } });

      const lines = await testRoom.leave();
      for (const [index, line] of lines.entries()) {
        expect(line).toMatchObject({ outcome: 'left', reason: null, resumes: 0, reconnects: 0 });
        expect(line.joinTimeMs).toBeGreaterThan(0);
        expect(
          tracksOf(line, { direction: 'up', kind: 'video' }).map(({ layer }) => layer),
        ).toEqual(['q', 'h', 'f']);
        const received = tracksOf(line, { direction: 'down' });
        expect(received).toHaveLength(2);
        for (const track of received) {
          expect(track).toMatchObject({
            publisher: `guest-${1 - index}`,
            activeAtEnd: true,
            lost: 0,
          });
          expect(track.packets).toBeGreaterThan(60);
          expect(track.latencyP50Ms).toBeLessThan(50);
        }
        expect(tracksOf(line, { direction: 'down', kind: 'video' })[0]).toMatchObject({
          width: 1280,
          height: 720,
        });
      }
      expect(testRoom.of('first_media')).toHaveLength(2);
      expect(testRoom.of('left')).toHaveLength(2);
      expect(testRoom.of('warning')).toEqual([]);
    },
  );

  test.each(['v1', 'v0'] as const)('H.264 in one layer over %s', async (signalling) => {
    await using testRoom = openTestRoom({ target: server, signalling });
    const video = {
      kind: 'video',
      source: 'camera',
      codec: 'h264',
      resolution: '360p',
      simulcast: false,
    } as const;
    await testRoom.join(
      { publish: [video], expectedTracks: { audio: 0, video: 0 } },
      { expectedTracks: { audio: 0, video: 1 } },
    );
    await seconds(2);
    const [publisher, listener] = await testRoom.leave();
    const [sent] = tracksOf(publisher, { direction: 'up' });
    const [received] = tracksOf(listener, { direction: 'down' });
    expect(sent).not.toHaveProperty('layer');
    expect(received).toMatchObject({
      codec: 'h264',
      width: 640,
      height: 360,
      lost: 0,
      activeAtEnd: true,
    });
  });

  test.each(['v1', 'v0'] as const)('data reaches all participants over %s', async (signalling) => {
    await using testRoom = openTestRoom({ target: server, signalling });
    const reliable = { messagesPerSecond: 20, bytes: 200, reliable: true };
    const lossy = { messagesPerSecond: 10, bytes: 64, reliable: false };
    await testRoom.join({ data: [reliable, lossy] }, {}, {});
    await seconds(2);
    const [sender, ...listeners] = await testRoom.leave();
    const [sent] = tracksOf(sender, { direction: 'up', kind: 'data' });
    expect(sent?.packets).toBeGreaterThan(40);
    for (const listener of listeners) {
      const flows = tracksOf(listener, { direction: 'down', kind: 'data' });
      expect(flows).toHaveLength(2);
      for (const flow of flows) {
        expect(flow).toMatchObject({ lost: 0, duplicates: 0 });
        expect(flow.bytes).toBeGreaterThan(flow.packets * 64);
        expect(flow.packets).toBeGreaterThan(12);
        expect(flow.latencyP95Ms).toBeLessThan(100);
      }
    }
  });
});
