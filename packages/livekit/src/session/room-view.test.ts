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

it('takes a participant with a new sid for the one that it was', () => {
  const room = new RoomView();
  const ann = (sid: string, ...tracks: [sid: string, type: TrackType][]) =>
    new ParticipantInfo({
      ...{ sid, identity: 'ann', state: ParticipantInfo_State.ACTIVE },
      tracks: tracks.map(([track, type]) => ({ sid: track, type })),
    });
  const present = () => [...room.tracks].map(({ sid }) => sid);
  const { AUDIO, VIDEO } = TrackType;
  room.apply([ann('PA_1', ['TR_voice', AUDIO], ['TR_face', VIDEO])], 'PA_me');
  // Its publications are missing until they are published again.
  expect(room.apply([ann('PA_2')], 'PA_me').removed).toEqual([]);
  expect(room.others).toEqual(['ann']);
  expect([room.identityOf('PA_1'), room.identityOf('PA_2')]).toEqual([undefined, 'ann']);
  const again = room.apply([ann('PA_2', ['TR_voice_2', AUDIO])], 'PA_me');
  expect(again.removed.map(({ sid }) => sid)).toEqual(['TR_voice']);
  expect(present()).toEqual(['TR_face', 'TR_voice_2']);
  // An end of the earlier session that arrives late is not that of the present one.
  const disconnected = (sid: string) =>
    new ParticipantInfo({ sid, identity: 'ann', state: ParticipantInfo_State.DISCONNECTED });
  room.apply([disconnected('PA_1')], 'PA_me');
  expect(room.others).toEqual(['ann']);
  const left = room.apply([disconnected('PA_2')], 'PA_me');
  expect(left.removed.map(({ sid }) => sid)).toEqual(['TR_voice_2', 'TR_face']);
  expect([room.others, present()]).toEqual([[], []]);
});
