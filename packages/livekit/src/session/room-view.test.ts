import { ParticipantInfo, ParticipantInfo_State, TrackType } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { RoomView } from './room-view.ts';

const somebody = (identity: string, state = ParticipantInfo_State.ACTIVE): ParticipantInfo =>
  new ParticipantInfo({ sid: `PA_${identity}`, identity, state });

it('lists other participants, publishing or not, until they leave', () => {
  const room = new RoomView();
  room.apply([somebody('me'), somebody('ann'), somebody('bob')], 'PA_me');
  expect(room.others).toEqual(['ann', 'bob']);
  room.apply([somebody('ann', ParticipantInfo_State.DISCONNECTED)], 'PA_me');
  expect(room.others).toEqual(['bob']);
  room.reset();
  expect(room.others).toEqual([]);
});

const publishes = (...sids: string[]): ParticipantInfo =>
  new ParticipantInfo({
    sid: 'PA_ann',
    identity: 'ann',
    state: ParticipantInfo_State.ACTIVE,
    tracks: sids.map((sid) => ({ sid, type: TrackType.AUDIO, mimeType: 'audio/opus' })),
  });

it('keeps tracks that have ended, without the oldest of thousands', () => {
  const room = new RoomView();
  for (let track = 0; track < 10_000; track++) {
    const { added, removed } = room.apply([publishes('TR_stays', `TR_${track}`)], 'PA_me');
    expect(added.length).toBe(track === 0 ? 2 : 1);
    expect(removed.length).toBe(track === 0 ? 0 : 1);
  }
  expect([...room.tracks].map(({ sid }) => sid)).toEqual(['TR_stays', 'TR_9999']);
  for (const sid of ['TR_stays', 'TR_9999', 'TR_9998', 'TR_6000'])
    expect(room.track(sid)?.identity).toBe('ann');
  expect(room.track('TR_5000')).toBeUndefined();
});

it('keeps the tracks from before a new JoinResponse', () => {
  const room = new RoomView();
  room.apply([publishes('TR_1', 'TR_2')], 'PA_me');
  room.reset();
  expect(room.track('TR_2')?.codec).toBe('opus');
  expect(room.apply([publishes('TR_2')], 'PA_me').added.map(({ sid }) => sid)).toEqual(['TR_2']);
  expect([...room.tracks].map(({ sid }) => sid)).toEqual(['TR_2']);
});
