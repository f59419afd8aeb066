import type { ReportedNode } from '@livekit-swarm/livekit';

/**
 * Age of a node's entry in Redis after which the node has ended without removing it, s: nodes write
 * their entries every two seconds.
 */
export const ENDED_SECONDS = 30;

/** Age of a node's entry, s. */
export const entryAge = ({ updatedAt }: ReportedNode, nowMs: number): number =>
  nowMs / 1_000 - updatedAt;

/** Nodes that take rooms. */
export const servingNodes = (nodes: readonly ReportedNode[], nowMs: number): ReportedNode[] =>
  nodes.filter((node) => node.state === 'serving' && entryAge(node, nowMs) < ENDED_SECONDS);
