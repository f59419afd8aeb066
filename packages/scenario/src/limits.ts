import { LONGEST_DURATION_MS } from '@livekit-swarm/settings';

/** A number above these is a typing error. */
export const LIMITS = {
  rooms: 100_000,
  perRoom: 10_000,
  participants: 200_000,
  joinRate: 10_000,
  minDurationMs: 1_000,
  maxDurationMs: LONGEST_DURATION_MS,
  /** LiveKit's `limit.max_room_name_length` is 256. */
  roomName: 256,
  /** Leaves space for `-RUN-NUMBER`. */
  roomPrefix: 200,
} as const;
