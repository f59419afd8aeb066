import type { ParticipantPlan } from '../plan.ts';
import { profileOf, type RoomInterval, type RoomTimelineBuilder } from './room-history.ts';

/** A participant that neither sends nor receives still costs keep-alives and consent checks, packets per second. */
const IDLE_PACKETS = 2;

/**
 * Packets a second, sent and received, that each of those in one room is expected to cost, as a mean over their stay. For balancing work, not for judging.
 * @param members in any order; the answer is in the same
 */
export const expectedPackets = (
  members: readonly ParticipantPlan[],
  timelines: RoomTimelineBuilder,
): number[] => {
  const intervals = timelines.of(members);
  const sums = new Map(
    [...new Set(members.map(profileOf))].map((profile) => [profile, sumOver(intervals, profile)]),
  );
  return members.map((member) => {
    const { joinAtMs, leaveAtMs } = member;
    const sum = sums.get(profileOf(member));
    const packets = sum === undefined ? 0 : (sum.get(leaveAtMs) ?? 0) - (sum.get(joinAtMs) ?? 0);
    return IDLE_PACKETS + packets / (leaveAtMs - joinAtMs);
  });
};

/** What one of a profile would have cost by each moment, packets a second × ms. */
const sumOver = (intervals: readonly RoomInterval[], profile: string): Map<number, number> => {
  let sum = 0;
  const sums = new Map<number, number>();
  for (const { fromMs, toMs, members } of intervals) {
    sums.set(fromMs, sum);
    const load = members.get(profile);
    if (load !== undefined) sum += (load.up.packets + load.down.packets) * (toMs - fromMs);
    sums.set(toMs, sum);
  }
  return sums;
};
