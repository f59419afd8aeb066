import { LONGEST_DURATION_MS } from '@livekit-swarm/settings';

/** Prefix of rooms whose group has none of its own. */
export const DEFAULT_ROOM_PREFIX = 'swarm';

/** Limits beyond which a number is a typing error. */
export const LIMITS = {
  rooms: 100_000,
  perRoom: 10_000,
  participants: 200_000,
  joinRate: 10_000,
  minDurationMs: 1_000,
  maxDurationMs: LONGEST_DURATION_MS,
  /** Length of a room name, from LiveKit's `limit.max_room_name_length` of 256. */
  roomName: 256,
  /** Length of a room prefix, which leaves space for `-RUN-NUMBER`. */
  roomPrefix: 200,
} as const;
