import { formatNumber, plural } from '@livekit-swarm/settings';
import { type CheckResult, found, passed, skipped } from '@livekit-swarm/verify';
import type { EventCheck } from '../event-check.ts';
import { type CapacityQuestion, isComparable } from './capacity.ts';
import { nodeCounter } from './node-count.ts';

export const spareNodeRule = ({ event, capacity, nodes }: CapacityQuestion): CheckResult => {
  if (nodes === null) return skipped('the number of nodes is not known');
  if (nodes <= 1) return found('warning', ['the deployment has one node']);
  if (event.isOneRoom) return passed(`${plural(nodes, 'node')}: the room can move to another`);
  if (!isComparable(capacity, event))
    return skipped('needs a capacity that was measured with this scenario');
  const left = Math.floor(capacity.participants.perNode * (nodes - 1));
  const atLeast = capacity.end === 'knee' ? '' : 'at least ';
  const evidence = `${plural(nodes - 1, 'node')} of ${nodes} carry ${atLeast}${formatNumber(left)} participants`;
  return left >= event.participants ? passed(evidence) : found('warning', [evidence]);
};

export const spareNodeCheck = (question: CapacityQuestion): EventCheck => {
  const count = nodeCounter(question.nodes);
  return {
    title: 'The other nodes carry all participants when one node fails',
    severities: ['warning'],
    cause: 'There are as many nodes as the participants need, and none in reserve',
    fix: 'add a node, and rehearse its loss: swarm chaos run chaos/kill-room-node.yaml',
    run: async (facts) => spareNodeRule({ ...question, nodes: await count(facts) }),
  };
};
