import type { LiveKitServer } from '@livekit-swarm/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import {
  AUDIO,
  openTestRoom,
  seconds,
  type TestRoom,
  tracksOf,
  until,
} from './support/test-room.ts';

const SCREEN = {
  kind: 'video',
  source: 'screen',
  codec: 'vp8',
  resolution: '720p',
  simulcast: false,
} as const;

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const acted = (room: TestRoom, action: string) =>
  until(`${action} took effect`, () =>
    room.events.some((event) => event.event === 'acted' && event.action === action),
  );

describe.each(['v1', 'v0'] as const)('over %s', (signalling) => {
  test('others notice a mute, and count no interruption', async () => {
    await using room = openTestRoom({ target: server, signalling, watchMedia: true });
    await room.join({ publish: [AUDIO] }, {}, {});
    await seconds(1);
    room.act(0, { do: 'mute', source: 'audio' });
    await acted(room, 'mute');
    await seconds(2.5);
    room.act(0, { do: 'unmute', source: 'audio' });
    await acted(room, 'unmute');
    await seconds(1);
    const [, listener] = await room.leave();
    const [mute] = room.of('acted');
    expect(mute).toMatchObject({ identity: 'guest-0', action: 'mute', kind: 'audio' });
    expect(mute?.durationMs).toBeGreaterThan(0);
    expect(mute?.durationMs).toBeLessThan(2_000);
    const [track] = tracksOf(listener, { direction: 'down', kind: 'audio' });
    expect(track).toMatchObject({ interruptions: 0, activeAtEnd: true });
    // Two seconds with media, at 50 packets per second.
    expect(track?.packets).toBeLessThan(200);
    expect(room.of('media_interrupted')).toEqual([]);
    expect(room.of('action_failed')).toEqual([]);
  });

  test('a screen is shared, ended, and shared again', async () => {
    await using room = openTestRoom({ target: server, signalling, watchMedia: true });
    await room.join({ sources: ['screen_share'] }, { publish: [AUDIO] });
    for (let time = 0; time < 2; time++) {
      room.act(0, { do: 'publish', track: SCREEN });
      await until('it is received', () => room.of('acted').length === time * 2 + 1);
      await seconds(1);
      room.act(0, { do: 'unpublish', source: 'screen' });
      await until('it is gone', () => room.of('acted').length === time * 2 + 2);
      await seconds(1);
    }
    const [, viewer] = await room.leave();
    expect(room.of('action_failed')).toEqual([]);
    expect(room.of('acted').map(({ action }) => action)).toEqual([
      'publish',
      'unpublish',
      'publish',
      'unpublish',
    ]);
    const [screen, ...more] = tracksOf(viewer, { direction: 'down', kind: 'video' });
    expect(more).toEqual([]);
    expect(screen).toMatchObject({ source: 'screen', interruptions: 0, activeAtEnd: true });
    expect(screen?.packets).toBeGreaterThan(20);
    expect(room.of('media_interrupted')).toEqual([]);
  });

  test('a new address resumes the session, and media continues', async () => {
    await using room = openTestRoom({ target: server, signalling });
    await room.join({ publish: [AUDIO] }, { publish: [AUDIO] });
    await seconds(1);
    room.act(0, { do: 'change-address' });
    await acted(room, 'change-address');
    await seconds(2);
    const [moved, other] = await room.leave();
    expect(room.of('resumed')).toHaveLength(1);
    expect(moved).toMatchObject({ outcome: 'left', resumes: 1, reconnects: 0 });
    for (const line of [moved, other]) {
      const [track] = tracksOf(line, { direction: 'down', kind: 'audio' });
      expect(track).toMatchObject({ activeAtEnd: true });
      expect(track?.packets).toBeGreaterThan(100);
    }
  });
});

test('names, metadata and attributes reach the others, or the rejection is reported', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto' });
  await room.join({ grants: { canUpdateOwnMetadata: true } }, {});
  room.act(0, { do: 'set', name: 'Ann', metadata: '{}', attributes: { hand: 'raised' } });
  await acted(room, 'set');
  room.act(1, { do: 'set', name: 'Bob' });
  await until('it is refused', () => room.of('action_failed').length === 1);
  expect(room.of('action_failed')).toEqual([
    expect.objectContaining({ identity: 'guest-1', reason: 'not_permitted' }),
  ]);
  await room.leave();
});

test('a second session of the same identity replaces the first', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto' });
  await room.join({ publish: [AUDIO] }, {});
  await seconds(1);
  room.act(0, { do: 'join-again' });
  await acted(room, 'join-again');
  await seconds(1.5);
  const [again, listener] = await room.leave();
  expect(room.of('disconnected')).toEqual([]);
  expect(room.of('joined')).toHaveLength(2);
  expect(again).toMatchObject({ outcome: 'left', reason: null });
  expect(tracksOf(listener, { direction: 'down', publisher: 'guest-0' })).toEqual([
    expect.objectContaining({ activeAtEnd: true }),
  ]);
});

test.each(['full-reconnect', 'node-failure', 'migration'] as const)(
  'a participant recovers from a simulation: %s',
  async (simulate) => {
    await using room = openTestRoom({ target: server, signalling: 'auto' });
    await room.join({ publish: [AUDIO] }, {});
    await seconds(0.5);
    room.act(0, { do: 'simulate', simulate });
    await acted(room, `simulate-${simulate}`);
    await seconds(1.5);
    const [back, listener] = await room.leave();
    expect(back?.outcome).toBe('left');
    expect((back?.resumes ?? 0) + (back?.reconnects ?? 0)).toBe(1);
    expect(tracksOf(listener, { direction: 'down', activeAtEnd: true })).toHaveLength(1);
  },
);

test('an end that was requested does not count as a disconnection', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto' });
  await room.join({ publish: [AUDIO] }, {});
  room.act(0, { do: 'simulate', simulate: 'server-leave' });
  await acted(room, 'simulate-server-leave');
  const [ended] = await room.leave();
  expect(ended).toMatchObject({ outcome: 'left', reason: null });
  expect(room.of('disconnected')).toEqual([]);
});

test('an impossible action fails with a reason', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto' });
  await room.join({ publish: [AUDIO] }, {});
  room.act(0, { do: 'mute', source: 'camera' });
  room.act(0, { do: 'publish', track: AUDIO });
  room.act(1, { do: 'unpublish', source: 'screen' });
  expect(room.of('action_failed').map(({ reason }) => reason)).toEqual([
    'not_published',
    'published_already',
    'not_published',
  ]);
  await room.leave();
});
