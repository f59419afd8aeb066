import { ParticipantInfo, ParticipantInfo_State, TrackInfo, TrackType } from '@livekit/protocol';
import { type Layout, tileSize } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import type { RequestMessage } from '../signal/signal-socket.ts';
import { RoomView } from './room-view.ts';
import { Subscriptions } from './subscriptions.ts';

const person = (name: string, state = ParticipantInfo_State.ACTIVE) =>
  new ParticipantInfo({
    sid: `PA_${name}`,
    identity: name,
    state,
    tracks: [
      new TrackInfo({ sid: `TR_${name}_audio`, type: TrackType.AUDIO }),
      new TrackInfo({ sid: `TR_${name}_video`, type: TrackType.VIDEO, width: 1280, height: 720 }),
    ],
  });

/** Requests to the server, shortened: `on a_audio`, `a_video 640x360`, `a_video off`. */
const said = (messages: RequestMessage[]): string[] =>
  messages.flatMap((message) => {
    const names = (sids: string[]) => sids.map((sid) => sid.replace('TR_', '')).join(' ');
    if (message.case === 'subscription')
      return [`${message.value.subscribe ? 'on' : 'off'} ${names(message.value.trackSids)}`];
    if (message.case !== 'trackSetting') return [];
    const { trackSids, disabled, width, height } = message.value;
    return [`${names(trackSids)} ${disabled ? 'off' : `${width}x${height}`}`];
  });

const viewer = (layout: Layout) => {
  const room = new RoomView();
  const subscriptions = new Subscriptions(layout, room);
  const apply = (...people: ParticipantInfo[]) =>
    said(subscriptions.tracksChanged(room.apply(people, 'PA_self')));
  return { room, subscriptions, apply };
};

test('all: every video at its full size; audio needs no request', () => {
  const { apply } = viewer({ type: 'all' });
  expect(apply(person('a'), person('b'))).toEqual(['a_video b_video 1280x720']);
  expect(apply(person('a'), person('b'))).toEqual([]);
  expect(apply(person('c'))).toEqual(['c_video 1280x720']);
});

test('grid: the first videos at the size of a tile, the others off; a participant that leaves is replaced', () => {
  const { apply, subscriptions } = viewer({ type: 'grid', tiles: 2 });
  expect(apply(person('a'), person('b'), person('c'))).toEqual([
    'a_video b_video 640x360',
    'c_video off',
  ]);
  expect(subscriptions.isOffScreen('TR_c_video')).toBe(true);
  expect(apply(person('a', ParticipantInfo_State.DISCONNECTED))).toEqual(['c_video 640x360']);
  expect(subscriptions.isOffScreen('TR_c_video')).toBe(false);
});

test('grid: a speaker off the screen takes the last tile', () => {
  const { apply, subscriptions } = viewer({ type: 'grid', tiles: 2 });
  apply(person('a'), person('b'), person('c'));
  expect(said(subscriptions.speakerChanged('PA_c'))).toEqual(['b_video off', 'c_video 640x360']);
  expect(said(subscriptions.speakerChanged('PA_c'))).toEqual([]);
  expect(said(subscriptions.speakerChanged('PA_a'))).toEqual(['b_video 640x360', 'c_video off']);
});

test('speaker: one video, the first until a participant speaks', () => {
  const { apply, subscriptions } = viewer({ type: 'speaker' });
  expect(apply(person('a'), person('b'))).toEqual(['a_video 1280x720', 'b_video off']);
  expect(said(subscriptions.speakerChanged('PA_b'))).toEqual(['a_video off', 'b_video 1280x720']);
});

test('audio-only: requests audio only', () => {
  const { apply, subscriptions } = viewer({ type: 'audio-only' });
  expect(apply(person('a'), person('b'))).toEqual(['on a_audio b_audio']);
  expect(subscriptions.exceptions).toEqual({
    unlikeDefault: ['TR_a_audio', 'TR_b_audio'],
    disabled: [],
  });
});

test('none: sends nothing', () => {
  expect(viewer({ type: 'none' }).apply(person('a'))).toEqual([]);
});

test('own tracks are not remote', () => {
  const { room, apply } = viewer({ type: 'all' });
  expect(apply(new ParticipantInfo({ ...person('self') }))).toEqual([]);
  expect([...room.tracks]).toEqual([]);
});

test('after a resume, the server receives the disabled tracks', () => {
  const { apply, subscriptions } = viewer({ type: 'grid', tiles: 1 });
  apply(person('a'), person('b'));
  expect(subscriptions.exceptions).toEqual({ unlikeDefault: [], disabled: ['TR_b_video'] });
});

test('an unpublished track is kept for the record, but not in the room', () => {
  const { room, apply } = viewer({ type: 'all' });
  apply(person('a'));
  apply(person('a', ParticipantInfo_State.DISCONNECTED));
  expect([...room.tracks]).toEqual([]);
  expect(room.track('TR_a_video')).toMatchObject({ identity: 'a', kind: 'video' });
});

test.each([
  [1, 1280, 720],
  [2, 640, 360],
  [4, 640, 360],
  [9, 426, 240],
  [25, 256, 144],
])('a grid of %i has tiles of %ix%i', (tiles, width, height) => {
  expect(tileSize(tiles)).toEqual({ width, height });
});
