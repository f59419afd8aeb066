import type { RoomView } from '@livekit-swarm/sessions';

/** `anna in room town-hall`, or the room alone. */
export const subjectText = ({ identity, room }: Pick<RoomView, 'identity' | 'room'>): string =>
  `${identity === null ? '' : `${identity} in `}room ${room}`;

export const NO_FINDING =
  'no impaired leg: less than 2 % of packets were lost, and no device was too slow';

export const TRUNCATED =
  'older sessions are left out, as there are too many: choose a shorter time';
