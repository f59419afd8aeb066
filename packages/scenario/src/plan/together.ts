import { MIN_STAY_MS } from '../executors/executor.ts';
import type { GroupSpec } from '../scenario.ts';

/**
 * Two who are together for less need not have received each other: a slow join takes two seconds (beyond that `join_time` fails by default), being
 * subscribed and a first key frame another, and it must not be a matter of luck. In milliseconds.
 */
const LONG_ENOUGH_MS = 5_000;

/**
 * How long two of a group must be together to have received each other, ms. Less than usual only where the scenario itself has rooms that are open for so
 * short a time: who asks for a crowd of three seconds wants to know whether it is heard in three seconds.
 */
export const togetherMsOf = (group: GroupSpec): number =>
  Math.max(MIN_STAY_MS, Math.min(LONG_ENOUGH_MS, shortestMs(group) ?? LONG_ENOUGH_MS));

/** With constant rooms how long all are together; elsewhere half of the time that a room is open; null when that depends on chance. */
const shortestMs = ({ executor }: GroupSpec): number | null => {
  switch (executor.type) {
    case 'constant-rooms':
      return executor.durationMs;
    case 'timetable':
      return Math.min(...executor.lessons.map(({ durationMs }) => durationMs)) / 2;
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate':
      return executor.roomDuration.distribution === 'constant'
        ? executor.roomDuration.ms / 2
        : null;
    default:
      return null;
  }
};
