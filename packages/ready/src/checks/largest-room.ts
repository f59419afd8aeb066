import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber } from '@livekit-swarm/settings';
import { type CheckResult, found, passed, skipped, unknown } from '@livekit-swarm/verify';
import type { EventCheck } from '../event-check.ts';
import { type CapacityQuestion, isComparable } from './capacity.ts';

export const largestRoomRule = ({
  event,
  capacity,
}: Pick<CapacityQuestion, 'event' | 'capacity'>): CheckResult => {
  if (event.isOneRoom) return skipped('all participants are in one room: see capacity');
  if (!isComparable(capacity, event))
    return skipped('needs a capacity that was measured with this scenario');
  const carried = carriedByNode(capacity);
  const room = `the largest room has ${formatNumber(event.largestRoom)} participants`;
  if (carried >= event.largestRoom)
    return passed(`${room}; a node carries ${formatNumber(carried)}`);
  // A search that ended before the limit only states what is carried at least.
  return capacity.end === 'knee'
    ? found('error', [`${room}; a node carries ${formatNumber(carried)}`])
    : unknown(
        `${room}, and a node carries at least ${formatNumber(carried)}; the measurement ended before its limit (${capacity.end}): measure a larger load`,
      );
};

/**
 * Participants that a node carries. Where there were fewer rooms than nodes, some nodes were empty: one
 * that had a room carried all of it.
 */
const carriedByNode = ({ unit, perUnit, participants }: CapacityResult): number =>
  unit === 'rooms' ? Math.max(participants.perNode, perUnit.participants) : participants.perNode;

export const largestRoomCheck = (question: CapacityQuestion): EventCheck => ({
  title: 'A node carries the largest room',
  severities: ['error'],
  cause: 'A room is on one node: further nodes do not help it',
  fix: 'take larger nodes, or split the room',
  run: async () => largestRoomRule(question),
});
