import type { LiveKitServer } from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import {
  AUDIO,
  openTestRoom,
  SIMULCAST,
  seconds,
  type TestRoom,
  tracksOf,
  until,
} from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const speaker = { publish: [AUDIO, SIMULCAST], layout: { type: 'none' } } as const;
const publishers = (count: number) =>
  Array.from({ length: count }, () => ({ ...speaker, publish: [...speaker.publish] }));
const silentPublishers = (count: number) =>
  publishers(count).map((guest) => ({ ...guest, publish: [SIMULCAST] }));

/**
 * Number of tracks with packets that the last participant received, by kind, and its interruptions.
 */
const receivedByLast = async (testRoom: TestRoom) => {
  const line = (await testRoom.leave()).at(-1);
  const packets = (kind: 'audio' | 'video') =>
    tracksOf(line, { direction: 'down', kind })
      .map((track) => track.packets)
      .filter((count) => count > 0);
  const interruptions = (line?.tracks ?? []).reduce((sum, track) => sum + track.interruptions, 0);
  return { audio: packets('audio').length, video: packets('video').length, interruptions };
};

test.each([
  ['all', { type: 'all' }, { audio: 3, video: 3, interruptions: 0 }],
  ['audio-only', { type: 'audio-only' }, { audio: 3, video: 0, interruptions: 0 }],
  ['none', { type: 'none' }, { audio: 0, video: 0, interruptions: 0 }],
] as const)(
  'a participant with the layout %s receives its tracks',
  async (_name, layout, expected) => {
    await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
    await testRoom.join(...publishers(3));
    await testRoom.join({ layout: { ...layout }, expectedTracks: { audio: 3, video: 3 } });
    await seconds(2.5);
    expect(await receivedByLast(testRoom)).toEqual(expected);
  },
);

test.each(['v1', 'v0'] as const)(
  'with %s a grid has as many videos as tiles',
  async (signalling) => {
    await using testRoom = openTestRoom({ target: server, signalling });
    // No video replaces another: none of the publishers speaks.
    await testRoom.join(...silentPublishers(3));
    await testRoom.join({
      layout: { type: 'grid', tiles: 2 },
      expectedTracks: { audio: 0, video: 2 },
    });
    await seconds(2.5);
    expect(await receivedByLast(testRoom)).toEqual({ audio: 0, video: 2, interruptions: 0 });
  },
);

test.each(['v1', 'v0'] as const)(
  'with %s the speaker layout shows one video at a time',
  async (signalling) => {
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join(...publishers(3));
    await testRoom.join({ layout: { type: 'speaker' }, expectedTracks: { audio: 3, video: 1 } });
    await seconds(2);
    testRoom.sample();
    await seconds(1);
    const video = testRoom
      .sample()
      .series.find(({ labels }) => labels.direction === 'down' && labels.kind === 'video');
    // Two if the speaker changed within this second.
    expect(video?.tracks).toBeGreaterThanOrEqual(1);
    expect(video?.tracks).toBeLessThanOrEqual(2);
    // A video that is switched on waits for its keyframe, sometimes longer than the half second
    // that counts as an interruption; audio never stops.
    expect((await receivedByLast(testRoom)).audio).toBe(3);
  },
);

test('layers without subscribers are not sent (dynacast)', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join({ publish: [SIMULCAST], layout: { type: 'none' } });
  // Tiles of 256x144: the lowest layer is enough.
  await testRoom.join({
    layout: { type: 'grid', tiles: 25 },
    expectedTracks: { audio: 0, video: 1 },
  });
  const sending = () =>
    testRoom.sample().series.find(({ labels }) => labels.direction === 'up')?.layers;
  await seconds(1);
  expect(sending()).toEqual({ 180: 1, 360: 1, 720: 1 });
  await until('only 180p is sent', () => JSON.stringify(sending()) === '{"180":1}', 20);
  await seconds(1);
  const [publisher, viewer] = await testRoom.leave();
  expect(tracksOf(viewer, { direction: 'down' })[0]).toMatchObject({
    width: 320,
    height: 180,
    activeAtEnd: true,
  });
  expect(tracksOf(publisher, { layer: 'q' })[0]?.packets).toBeGreaterThan(80);
});

test('a track that the server mutes is neither interrupted nor stalled', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join(
    { publish: [AUDIO], layout: { type: 'none' } },
    { expectedTracks: { audio: 1, video: 0 } },
  );
  await until('audio arrives', () => testRoom.of('first_media').length === 1);
  const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  const { tracks } = await rooms.getParticipant(testRoom.room, 'guest-0');
  await rooms.mutePublishedTrack(testRoom.room, 'guest-0', tracks[0]?.sid ?? '', true);
  // The server sends half a second of silence to the listener, so that decoders do not repeat the
  // last sound.
  await seconds(1.5);
  testRoom.sample();
  await seconds(1.5);
  const sample = testRoom.sample();
  expect(
    sample.series.filter(({ labels }) => labels.kind === 'audio').map(({ packets }) => packets),
  ).toEqual([0, 0]);
  const [, listener] = await testRoom.leave();
  expect(tracksOf(listener, { direction: 'down' })[0]).toMatchObject({
    interruptions: 0,
    activeAtEnd: true,
  });
});
