import { type LiveKitServer, TESTED_VERSIONS } from '@livekit-swarm/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';

const CAMERA = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '180p',
  simulcast: false,
} as const;
const SCREEN = { ...CAMERA, source: 'screen', resolution: '720p' } as const;

describe.each(TESTED_VERSIONS)('livekit-server %s', (version) => {
  let server: LiveKitServer;
  beforeAll(async () => {
    server = await startServer({ version });
  });
  afterAll(() => server.stop());

  describe.each(['v1', 'v0'] as const)('over %s', (signalling) => {
    test('a participant without permission to publish joins at once, and reports the rejection', async () => {
      await using testRoom = openTestRoom({ target: server, signalling });
      await testRoom.join(
        { publish: [AUDIO, CAMERA], grants: { canPublishSources: ['microphone'] } },
        {},
      );
      expect(testRoom.of('joined')).toHaveLength(2);
      for (const { phases } of testRoom.of('joined')) expect(phases?.joined).toBeLessThan(5_000);
      await until(
        'its audio is received, its camera refused',
        () => testRoom.of('first_media').length === 1 && testRoom.of('warning').length > 0,
      );
      const [publisher, listener] = await testRoom.leave();
      expect(testRoom.of('warning')).toEqual([
        expect.objectContaining({
          identity: 'guest-0',
          reason: 'publish_rejected',
          message: 'the server does not let it publish its camera',
        }),
      ]);
      expect(tracksOf(publisher, { direction: 'up' })).toEqual([
        expect.objectContaining({ kind: 'audio' }),
        expect.objectContaining({ kind: 'video', rejected: true, packets: 0 }),
      ]);
      expect(tracksOf(listener, { direction: 'down' })).toEqual([
        expect.objectContaining({ kind: 'audio', activeAtEnd: true }),
      ]);
    });

    test('a participant without any permission reports every rejection', async () => {
      await using testRoom = openTestRoom({ target: server, signalling });
      const data = [{ messagesPerSecond: 20, bytes: 64, reliable: false }];
      const grants = { canPublish: false, canPublishData: false, canSubscribe: false };
      await testRoom.join(
        { publish: [AUDIO], data, grants },
        { publish: [AUDIO], expectedTracks: { audio: 0, video: 0 } },
      );
      expect(testRoom.of('joined')).toHaveLength(2);
      // Time in which media would arrive.
      await seconds(1.5);
      const [denied, other] = await testRoom.leave();
      const reasons = testRoom
        .of('warning')
        .flatMap(({ identity, reason }) => (identity === 'guest-0' ? [reason] : []));
      expect(new Set(reasons)).toEqual(
        new Set(['publish_rejected', 'data_rejected', 'subscribe_rejected']),
      );
      expect(tracksOf(denied, { direction: 'up', rejected: true })).toHaveLength(2);
      expect(tracksOf(denied, { direction: 'down' })).toEqual([]);
      expect(tracksOf(other, { direction: 'down' })).toEqual([]);
    });

    test('a participant that does not subscribe receives nothing, and reports no interruption', async () => {
      await using testRoom = openTestRoom({ target: server, signalling });
      await testRoom.join(
        { publish: [AUDIO] },
        { subscribe: false, expectedTracks: { audio: 0, video: 0 } },
      );
      // Time in which media would arrive.
      await seconds(1.5);
      const [, deaf] = await testRoom.leave();
      expect(testRoom.of('warning')).toEqual([]);
      expect(deaf).toMatchObject({ outcome: 'left', tracks: [] });
    });

    test('others receive camera and screen of one publisher as two tracks', async () => {
      await using testRoom = openTestRoom({ target: server, signalling });
      await testRoom.join(
        { publish: [CAMERA, SCREEN] },
        { expectedTracks: { audio: 0, video: 2 } },
      );
      await seconds(2);
      const [publisher, listener] = await testRoom.leave();
      expect(testRoom.of('warning')).toEqual([]);
      for (const [line, direction] of [
        [publisher, 'up'],
        [listener, 'down'],
      ] as const) {
        const tracks = tracksOf(line, { direction });
        expect(tracks.map(({ source }) => source).sort()).toEqual(['camera', 'screen']);
        for (const { packets } of tracks) expect(packets).toBeGreaterThan(10);
      }
    });

    test('a track whose publisher left before is neither stalled nor interrupted', async () => {
      await using testRoom = openTestRoom({ target: server, signalling });
      await testRoom.join({ publish: [AUDIO, CAMERA] }, {});
      await seconds(1.5);
      const left = await testRoom.leaveOne(0);
      expect(left).toMatchObject({ outcome: 'left' });
      await seconds(3);
      expect(testRoom.sample().connected).toBe(1);
      const listener = await testRoom.leaveOne(1);
      const tracks = tracksOf(listener, { direction: 'down' });
      expect(tracks).toHaveLength(2);
      for (const track of tracks)
        expect(track).toMatchObject({ publisher: 'guest-0', activeAtEnd: true, interruptions: 0 });
    });
  });
});
