import type { ParticipantPlan } from '../plan.ts';
import { type Historian, kinOf, type Stretch } from './room-history.ts';

/** Even somebody who neither sends nor receives costs keep-alives and consent checks, packets a second. */
const IDLE_PACKETS = 2;

/**
 * Packets a second, sent and received, that each of those in one room is expected to cost, as a mean over their stay. For balancing work, not for judging.
 * @param members in any order; the answer is in the same
 */
export const expectedPackets = (
  members: readonly ParticipantPlan[],
  historian: Historian,
): number[] => {
  const stretches = historian.of(members);
  const sums = new Map(
    [...new Set(members.map(kinOf))].map((kin) => [kin, sumOver(stretches, kin)]),
  );
  return members.map((member) => {
    const { joinAtMs, leaveAtMs } = member;
    const sum = sums.get(kinOf(member));
    const packets = sum === undefined ? 0 : (sum.get(leaveAtMs) ?? 0) - (sum.get(joinAtMs) ?? 0);
    return IDLE_PACKETS + packets / (leaveAtMs - joinAtMs);
  });
};

/** What one of a kin would have cost by each moment, packets a second × ms. */
const sumOver = (stretches: readonly Stretch[], kin: string): Map<number, number> => {
  let sum = 0;
  const sums = new Map<number, number>();
  for (const { fromMs, toMs, members } of stretches) {
    sums.set(fromMs, sum);
    const load = members.get(kin);
    if (load !== undefined) sum += (load.up.packets + load.down.packets) * (toMs - fromMs);
    sums.set(toMs, sum);
  }
  return sums;
};
