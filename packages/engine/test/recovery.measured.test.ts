import { generateCredentials, type LiveKitServer } from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProxy } from './support/proxy.ts';
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

const credentials = generateCredentials();
const guest = { publish: [AUDIO, SIMULCAST] };

/** Check that both participants receive each other's audio and video at the end. */
const expectAllAlive = async (testRoom: TestRoom) => {
  const lines = await testRoom.leave();
  for (const line of lines) {
    expect(line).toMatchObject({ outcome: 'left', reason: null });
    expect(
      tracksOf(line, { direction: 'down', activeAtEnd: true })
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['audio', 'video']);
  }
  return lines;
};

describe.each(['v1', 'v0'] as const)('with %s', (signalling) => {
  let server: LiveKitServer;
  beforeAll(async () => {
    server = await startServer({ credentials });
  });
  afterAll(() => server.stop());

  test('a closed signal connection is resumed, without loss of media', async () => {
    await using proxy = await startProxy(server.ports.http);
    await using testRoom = openTestRoom({ target: { ...server, url: proxy.url }, signalling });
    await testRoom.join(guest, guest);
    await until('media arrives', () => testRoom.of('first_media').length === 2);
    proxy.cut();
    await until('both have recovered', () => testRoom.of('resumed').length === 2);
    expect(testRoom.of('signal_lost').map(({ reason }) => reason)).toEqual([
      'signal_closed',
      'signal_closed',
    ]);
    expect(testRoom.of('resumed')[0]).toMatchObject({ attempt: 1 });
    expect(testRoom.of('resumed')[0]?.durationMs).toBeGreaterThan(0);
    await seconds(2);
    const lines = await expectAllAlive(testRoom);
    for (const line of lines) {
      expect(line).toMatchObject({ resumes: 1, reconnects: 0 });
      for (const track of tracksOf(line, { direction: 'down' }))
        expect(track).toMatchObject({ lost: 0, interruptions: 0 });
    }
  });

  test('after the death of a node, all participants reconnect to another one and republish', async () => {
    const first = await startServer({ credentials });
    await using _first = first;
    await using proxy = await startProxy(first.ports.http);
    await using testRoom = openTestRoom({ target: { ...server, url: proxy.url }, signalling });
    await testRoom.join(guest, guest);
    await until('media arrives', () => testRoom.of('first_media').length === 2);
    await seconds(1);
    process.kill(first.pid, 'SIGKILL');
    proxy.lead(server.ports.http);
    await until('both have recovered', () => testRoom.of('reconnected').length === 2, 30);
    await seconds(3);
    const lines = await expectAllAlive(testRoom);
    for (const line of lines) {
      expect(line).toMatchObject({ reconnects: 1 });
      // Streams before and after the reconnect are one track, and their packets add up.
      expect(tracksOf(line, { direction: 'down', kind: 'audio' })).toHaveLength(1);
      expect(tracksOf(line, { direction: 'down', kind: 'audio' })[0]?.packets).toBeGreaterThan(150);
      expect(tracksOf(line, { direction: 'up', kind: 'audio' })).toHaveLength(1);
    }
  });

  test('a removed participant does not reconnect, and keeps the reason', async () => {
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join(guest);
    const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
    await rooms.removeParticipant(testRoom.room, 'guest-0');
    await until('the event is emitted', () => testRoom.of('disconnected').length === 1);
    expect(testRoom.of('disconnected')[0]).toMatchObject({ reason: 'participant_removed' });
    const [line] = await testRoom.leave();
    expect(line).toMatchObject({
      outcome: 'disconnected',
      reason: 'participant_removed',
      resumes: 0,
      reconnects: 0,
    });
    expect(testRoom.of('left')).toEqual([]);
  });

  test('participants of a deleted room are disconnected with the reason', async () => {
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join(guest);
    await new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret).deleteRoom(
      testRoom.room,
    );
    await until('the event is emitted', () => testRoom.of('disconnected').length === 1);
    expect(testRoom.of('disconnected')[0]).toMatchObject({ reason: 'room_deleted' });
  });
});

test('participants of a killed server give up after ten attempts within 40 s', async () => {
  await using server = await startServer();
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join(guest, guest);
  await until('media arrives', () => testRoom.of('first_media').length === 2);
  process.kill(server.pid, 'SIGKILL');
  await until('both have given up', () => testRoom.of('disconnected').length === 2, 60);
  for (const event of testRoom.of('disconnected')) {
    expect(event).toMatchObject({ reason: 'unreachable' });
    expect(event.message).toContain('it began with');
  }
  const lines = await testRoom.leave();
  expect(lines.map(({ outcome }) => outcome)).toEqual(['disconnected', 'disconnected']);
  expect(tracksOf(lines[0], { direction: 'down', kind: 'audio' })[0]).toMatchObject({
    activeAtEnd: false,
  });
});
