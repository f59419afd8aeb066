import { randomStream } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill, FaultTarget } from '../drill/drill.ts';
import type { Component } from '../targets/target.ts';
import type { SteadyStateTracker } from './steady-state.ts';

/** What a fault is about to be done to. */
export interface ResolvedTarget {
  components: Component[];
  /** Rooms that those members hold: the others are control rooms. */
  rooms: string[];
}

/**
 * Finds what an aim means at this moment.
 * @param hit what is hit already: it counts
 * @throws SwarmError `component_not_found` when there is no such part; `blast_radius` when it would be more than the drill allows
 */
export const resolveTarget = (
  aim: FaultTarget,
  all: readonly Component[],
  { nodes: nodeOfRoom, backends }: Pick<SteadyStateTracker, 'nodes' | 'backends'>,
  { seed, blastRadius }: Pick<Drill, 'seed' | 'blastRadius'>,
  hit: readonly Component[] = [],
): ResolvedTarget => {
  const nodes = all.filter(({ kind }) => kind === 'node');
  const rooms = [...nodeOfRoom.keys()].sort();
  const first = nodeOfRoom.get(rooms[0] ?? '');
  const components = find(aim, { all, nodes, nodeOfRoom, backends, first, seed });
  if (aim.role === 'none') return { components: [], rooms: [] };
  if (components.length === 0)
    throw new SwarmError(
      'component_not_found',
      `${describeTarget(aim)}: ${whyNot(aim, all)}`,
      'see "swarm chaos plan"',
    );
  const names = new Set([...components, ...hit].map(({ name }) => name));
  const hitNodes = nodes.filter(({ name }) => names.has(name)).length;
  if (
    names.size > blastRadius.maxComponents ||
    hitNodes > Math.max(1, blastRadius.maxShare * nodes.length)
  ) {
    const others = [...names].filter((name) => !components.some((member) => member.name === name));
    throw new SwarmError(
      'blast_radius',
      `${describeTarget(aim)} ${components.length === 1 ? 'is' : 'are'} ${components.map(({ name }) => name).join(', ')}${others.length === 0 ? '' : `, and ${others.join(', ')} would be hit at the same time`}: more than the drill's blastRadius allows`,
      `it allows ${blastRadius.maxComponents} parts, and ${Math.round(100 * blastRadius.maxShare)} % of the nodes`,
    );
  }
  const ids = new Set(components.filter(({ kind }) => kind === 'node').map(({ nodeId }) => nodeId));
  // What all nodes share has no control rooms.
  const everything = components.some(({ kind }) => kind !== 'node');
  return {
    components,
    rooms: everything ? rooms : rooms.filter((room) => ids.has(nodeOfRoom.get(room) ?? null)),
  };
};

/** For people: `the node of room-1`. */
export const describeTarget = (aim: FaultTarget): string => {
  switch (aim.role) {
    case 'room-node':
      return 'the node that holds the first room';
    case 'other-node':
      return 'a node that does not hold the first room';
    case 'signal-node':
      return "the node of a participant's signal connection";
    case 'nodes':
      return `${Math.round(100 * aim.share)} % of the nodes`;
    case 'component':
      return aim.name;
    case 'none':
      return 'no target';
    default:
      return SHARED[aim.role];
  }
};

const SHARED = {
  redis: 'Redis',
  'load-balancer': 'the load balancer',
  turn: 'the TURN server',
} as const;

interface Known extends Pick<SteadyStateTracker, 'backends'> {
  all: readonly Component[];
  nodes: readonly Component[];
  nodeOfRoom: SteadyStateTracker['nodes'];
  /** Id of the node that holds the first room. */
  first: string | undefined;
  seed: number;
}

const find = (
  aim: FaultTarget,
  { all, nodes, nodeOfRoom, backends, first, seed }: Known,
): Component[] => {
  const holds = (member: Component): number =>
    [...nodeOfRoom.values()].filter((id) => id === member.nodeId).length;
  switch (aim.role) {
    case 'none':
      return [];
    case 'room-node':
      return nodes.filter(({ nodeId }) => nodeId !== null && nodeId === first);
    case 'other-node':
      return nodes
        .filter(({ nodeId }) => nodeId !== null && nodeId !== first)
        .sort((a, b) => holds(a) - holds(b) || a.name.localeCompare(b.name))
        .slice(0, 1);
    case 'signal-node': {
      const vias = [...backends].sort(([a], [b]) => a.localeCompare(b)).map(([, via]) => via);
      const named = vias.flatMap((via) => nodes.find(({ name }) => name === via) ?? []);
      // One that only carries signals shows more than one that holds the room, too.
      return (
        named.some(({ nodeId }) => nodeId !== first)
          ? named.filter(({ nodeId }) => nodeId !== first)
          : named
      ).slice(0, 1);
    }
    case 'nodes': {
      const random = randomStream(seed, 'nodes');
      const shuffled = nodes
        .map((node) => ({ node, order: random() }))
        .sort((a, b) => a.order - b.order);
      return shuffled
        .slice(0, Math.max(1, Math.round(aim.share * nodes.length)))
        .map(({ node }) => node);
    }
    case 'component':
      return all.filter(({ name }) => name === aim.name);
    default:
      return all.filter(({ kind }) => kind === aim.role).slice(0, 1);
  }
};

const whyNot = (aim: FaultTarget, all: readonly Component[]): string => {
  if (aim.role === 'room-node' || aim.role === 'other-node')
    return 'no part of the deployment has that node id';
  if (aim.role === 'signal-node')
    return 'the load balancer does not report its backend (header x-livekit-backend)';
  return `there is none among ${all.map(({ name }) => name).join(', ') || 'nothing'}`;
};
