import { ParticipantInfo, ParticipantInfo_State } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { RoomView } from './room-view.ts';

const somebody = (identity: string, state = ParticipantInfo_State.ACTIVE): ParticipantInfo =>
  new ParticipantInfo({ sid: `PA_${identity}`, identity, state });

it('knows who else is in the room, publishing or not, until they leave', () => {
  const room = new RoomView();
  room.apply([somebody('me'), somebody('ann'), somebody('bob')], 'PA_me');
  expect(room.others).toEqual(['ann', 'bob']);
  room.apply([somebody('ann', ParticipantInfo_State.DISCONNECTED)], 'PA_me');
  expect(room.others).toEqual(['bob']);
  room.reset();
  expect(room.others).toEqual([]);
});
