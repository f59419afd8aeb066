import type { Random } from '../random.ts';
import { MIN_STAY_MS, type RoomStay, type Turn } from './executor.ts';

/**
 * People who come to a room one by one, evenly spread by chance over `withinMs` after it opened, and stay until it closes. Whose place is first comes first.
 * However short the room is open, nobody is due so late that less than `MIN_STAY_MS` is left.
 */
export const gather = (
  { openAtMs, closeAtMs }: Pick<RoomStay, 'openAtMs' | 'closeAtMs'>,
  places: number,
  withinMs: number,
  random: Random,
): Turn[][] => {
  const spread = Math.max(0, Math.min(withinMs, closeAtMs - openAtMs - MIN_STAY_MS));
  const delays = Array.from({ length: places }, () => random() * spread).sort((a, b) => a - b);
  return delays.map((delay) => [{ joinAtMs: openAtMs + delay, leaveAtMs: closeAtMs }]);
};
