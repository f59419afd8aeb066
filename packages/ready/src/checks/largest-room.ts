import { formatNumber } from '@livekit-swarm/settings';
import { type Check, type CheckResult, found, passed, skipped } from '@livekit-swarm/verify';
import type { CapacityQuestion } from './capacity.ts';

export const largestRoomRule = ({
  event,
  capacity,
}: Pick<CapacityQuestion, 'event' | 'capacity'>): CheckResult => {
  if (event.isOneRoom) return skipped('all participants are in one room: see capacity');
  if (capacity === null || capacity.scenario !== event.scenario || capacity.carried === 0)
    return skipped('needs a capacity that was measured with this scenario');
  const { perNode } = capacity.participants;
  const evidence = `the largest room has ${formatNumber(event.largestRoom)} participants; a node carries ${formatNumber(perNode)}`;
  return perNode >= event.largestRoom ? passed(evidence) : found('error', [evidence]);
};

export const largestRoomCheck = (question: CapacityQuestion): Check => ({
  id: 'largest-room',
  title: 'A node carries the largest room',
  severities: ['error'],
  cause: 'A room is on one node: further nodes do not help it',
  fix: 'take larger nodes, or split the room',
  needs: [],
  run: async () => largestRoomRule(question),
});
