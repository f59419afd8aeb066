import type { DrillEvent } from '@livekit-swarm/record';
import type { RolloutStep } from '../targets/rollout.ts';
import type { SteadyStateTracker } from './steady-state.ts';

/** Rooms of the load on a node, sorted; null: an unknown node. */
export const roomsOn = (
  nodeId: string | null,
  { nodes }: Pick<SteadyStateTracker, 'nodes'>,
): string[] =>
  nodeId === null
    ? []
    : [...nodes].flatMap(([room, node]) => (node === nodeId ? [room] : [])).sort();

/** Step of the change of a node, for the record. @param id injection to which it belongs */
export const nodeChanged = (
  id: string,
  step: RolloutStep,
  steadyState: Pick<SteadyStateTracker, 'nodes'>,
): DrillEvent => ({
  event: 'node_changed',
  id,
  ...step,
  rooms: roomsOn(step.nodeId, steadyState),
});
