import { formatDuration, plural } from '@livekit-swarm/settings';
import { type PlanView, roomsOf } from './plan-view.ts';

/** Numbers of participants and rooms, and the length of the run. */
export const extentText = ({ plan }: PlanView): string => {
  const opened = `${plural(plan.participants.length, 'participant')} in ${plural(roomsOf(plan), 'room')}`;
  const dropped =
    plan.droppedRooms === 0
      ? ''
      : `; ${plural(plan.droppedRooms, 'room')} not opened, as too many were open (maxRooms)`;
  return `In all ${opened}, in ${formatDuration(plan.endAtMs)}${dropped}.`;
};
