import { randomStream } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill, FaultTarget } from '../drill/drill.ts';
import type { Component } from '../targets/platform.ts';
import type { SteadyStateTracker } from './steady-state.ts';

/** State of the load that decides between several components. */
export type LoadView = Pick<SteadyStateTracker, 'nodes' | 'backends' | 'agents'>;

/** Components of a target, and the rooms on them. */
export interface ResolvedTarget {
  components: Component[];
  /** Rooms on these components; the others are the control group. */
  rooms: string[];
}

/**
 * Resolves a target to components of the deployment in its present state.
 * @param affected components that other faults affect, which count for the blast radius
 * @throws SwarmError `component_not_found`; `blast_radius` when the drill does not allow that many
 */
export const resolveTarget = (
  target: FaultTarget,
  all: readonly Component[],
  { nodes: nodeOfRoom, backends, agents }: LoadView,
  { seed, blastRadius }: Pick<Drill, 'seed' | 'blastRadius'>,
  affected: readonly Component[] = [],
): ResolvedTarget => {
  const allNodes = all.filter(({ kind }) => kind === 'node');
  // A node that does not run is spare, unless a fault has ended it.
  const isSpare = ({ name, instance }: Component): boolean =>
    instance === null && !affected.some((one) => one.name === name);
  const nodes = allNodes.filter((node) => !isSpare(node));
  const spares = allNodes.filter(isSpare);
  const rooms = [...nodeOfRoom.keys()].sort();
  const firstNode = nodeOfRoom.get(rooms[0] ?? '');
  const components = find(target, {
    ...{ all, nodes, spares, nodeOfRoom, backends, agents, firstNode, seed },
  });
  if (target.role === 'none') return { components: [], rooms: [] };
  if (components.length === 0)
    throw new SwarmError(
      'component_not_found',
      `${describeTarget(target)}: ${whyNot(target, all)}`,
      'see "swarm chaos plan"',
    );
  const names = new Set([...components, ...affected].map(({ name }) => name));
  const affectedNodes = nodes.filter(({ name }) => names.has(name)).length;
  if (
    names.size > blastRadius.maxComponents ||
    affectedNodes > Math.max(1, blastRadius.maxShare * nodes.length)
  ) {
    const others = [...names].filter((name) => !components.some((one) => one.name === name));
    throw new SwarmError(
      'blast_radius',
      `${describeTarget(target)} ${components.length === 1 ? 'is' : 'are'} ${components.map(({ name }) => name).join(', ')}${others.length === 0 ? '' : `, and ${others.join(', ')} would be affected at the same time`}: more than the drill's blastRadius allows`,
      `it allows ${blastRadius.maxComponents} components, and ${Math.round(100 * blastRadius.maxShare)} % of the nodes`,
    );
  }
  const ids = new Set(components.filter(({ kind }) => kind === 'node').map(({ nodeId }) => nodeId));
  if (components.every(({ kind }) => kind === 'agent-worker'))
    return {
      components,
      rooms: rooms.filter((room) => components.some((one) => hasAgentOf(one, agents.get(room)))),
    };
  // Calls do not depend on egress: all rooms are the control group.
  if (components.every(({ kind }) => kind === 'egress')) return { components, rooms: [] };
  // A component that all nodes share leaves no control group.
  const isShared = components.some(({ kind }) => kind !== 'node');
  return {
    components,
    rooms: isShared ? rooms : rooms.filter((room) => ids.has(nodeOfRoom.get(room) ?? null)),
  };
};

/** Describes a target for messages: `the node that holds the first room`. */
export const describeTarget = (target: FaultTarget): string => {
  switch (target.role) {
    case 'room-node':
      return 'the node that holds the first room';
    case 'other-node':
      return 'a node that does not hold the first room';
    case 'signal-node':
      return "the node of a participant's signal connection";
    case 'spare-node':
      return 'a node that does not run';
    case 'nodes':
      return `${Math.round(100 * target.share)} % of the nodes`;
    case 'agent-worker':
      return "the worker of the first room's agent";
    case 'agent-workers':
      return `${Math.round(100 * target.share)} % of the workers of agents`;
    case 'component':
    case 'site':
      return target.name;
    case 'none':
      return 'no target';
    default:
      return SHARED[target.role];
  }
};

const SHARED = {
  redis: 'Redis',
  'redis-replica': 'a replica of Redis',
  sentinel: 'a Sentinel',
  'load-balancer': 'the load balancer',
  turn: 'the TURN server',
  egress: 'a worker of egress',
} as const;

interface DeploymentView extends Pick<SteadyStateTracker, 'backends' | 'agents'> {
  all: readonly Component[];
  /** Nodes that run, or that a fault has ended. */
  nodes: readonly Component[];
  /** The other nodes. */
  spares: readonly Component[];
  nodeOfRoom: SteadyStateTracker['nodes'];
  /** ID of the node that holds the first room. */
  firstNode: string | undefined;
  seed: number;
}

const find = (
  target: FaultTarget,
  { all, nodes, spares, nodeOfRoom, backends, agents, firstNode, seed }: DeploymentView,
): Component[] => {
  const roomsOn = ({ nodeId }: Component): number =>
    [...nodeOfRoom.values()].filter((id) => id === nodeId).length;
  switch (target.role) {
    case 'none':
      return [];
    case 'room-node':
      return nodes.filter(({ nodeId }) => nodeId !== null && nodeId === firstNode);
    case 'other-node':
      return nodes
        .filter(({ nodeId }) => nodeId !== null && nodeId !== firstNode)
        .sort((a, b) => roomsOn(a) - roomsOn(b) || a.name.localeCompare(b.name))
        .slice(0, 1);
    case 'signal-node': {
      const names = [...backends].sort(([a], [b]) => a.localeCompare(b)).map(([, name]) => name);
      const found = names.flatMap((name) => nodes.find((node) => node.name === name) ?? []);
      // A node that only carries signalling is a better test than one that also holds the room.
      const signalOnly = found.filter(({ nodeId }) => nodeId !== firstNode);
      return (signalOnly.length > 0 ? signalOnly : found).slice(0, 1);
    }
    case 'spare-node':
      return spares.slice(0, 1);
    case 'nodes': {
      const random = randomStream(seed, 'nodes');
      const shuffled = nodes
        .map((node) => ({ node, order: random() }))
        .sort((a, b) => a.order - b.order);
      return shuffled
        .slice(0, Math.max(1, Math.round(target.share * nodes.length)))
        .map(({ node }) => node);
    }
    case 'agent-worker': {
      const [, first] = [...agents].sort(([a], [b]) => a.localeCompare(b))[0] ?? [];
      return all.filter((one) => one.kind === 'agent-worker' && hasAgentOf(one, first));
    }
    case 'agent-workers': {
      const workers = all
        .filter(({ kind }) => kind === 'agent-worker')
        .sort((a, b) => a.name.localeCompare(b.name));
      return workers.slice(0, Math.max(1, Math.round(target.share * workers.length)));
    }
    case 'site':
      return all.filter(({ site }) => site === target.name);
    case 'component':
      return all.filter(({ name }) => name === target.name);
    case 'redis':
      return inOrder(all, 'primary').slice(0, 1);
    case 'redis-replica':
      return inOrder(all, 'replica')
        .filter(({ redisRole }) => redisRole === 'replica')
        .slice(0, 1);
    default:
      return all
        .filter(({ kind }) => kind === target.role)
        .sort((a, b) => a.name.localeCompare(b.name))
        .slice(0, 1);
  }
};

/** Returns true if an agent, by its identity, is one of this worker: see `swarm agents worker`. */
const hasAgentOf = ({ name }: Component, agent: string | undefined): boolean =>
  agent?.startsWith(`${name}-AJ_`) === true;

/** Servers of Redis, those with this role first. */
const inOrder = (all: readonly Component[], role: NonNullable<Component['redisRole']>) =>
  all
    .filter(({ kind }) => kind === 'redis')
    .sort((a, b) => Number(b.redisRole === role) - Number(a.redisRole === role));

const whyNot = (target: FaultTarget, all: readonly Component[]): string => {
  if (target.role === 'room-node' || target.role === 'other-node')
    return 'no component of the deployment has that node ID';
  if (target.role === 'signal-node')
    return 'the load balancer does not report its backend (header x-livekit-backend)';
  if (target.role === 'agent-worker') return 'no agent of a known worker has joined';
  if (target.role === 'redis-replica') return 'no server of Redis reports that it is a replica';
  return `not found among ${all.map(({ name }) => name).join(', ') || 'no components'}`;
};
