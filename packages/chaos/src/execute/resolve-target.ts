import { randomStream } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Aim, Drill } from '../drill/drill.ts';
import type { Member } from '../targets/target.ts';
import type { Attendance } from './steady-state.ts';

/** What a fault is about to be done to. */
export interface Aimed {
  members: Member[];
  /** Rooms that those members hold: the others are control rooms. */
  rooms: string[];
}

/**
 * Finds what an aim means at this moment.
 * @param hit what is hit already: it counts
 * @throws SwarmError `no-member` when there is no such part; `blast-radius` when it would be more than the drill allows
 */
export const resolveAim = (
  aim: Aim,
  all: readonly Member[],
  { nodes: nodeOfRoom, backends }: Pick<Attendance, 'nodes' | 'backends'>,
  { seed, blastRadius }: Pick<Drill, 'seed' | 'blastRadius'>,
  hit: readonly Member[] = [],
): Aimed => {
  const nodes = all.filter(({ kind }) => kind === 'node');
  const rooms = [...nodeOfRoom.keys()].sort();
  const first = nodeOfRoom.get(rooms[0] ?? '');
  const members = find(aim, { all, nodes, nodeOfRoom, backends, first, seed });
  if (aim.role === 'none') return { members: [], rooms: [] };
  if (members.length === 0)
    throw new SwarmError(
      'no_member',
      `${sayAim(aim)}: ${whyNot(aim, all)}`,
      'see "swarm chaos plan"',
    );
  const names = new Set([...members, ...hit].map(({ name }) => name));
  const hitNodes = nodes.filter(({ name }) => names.has(name)).length;
  if (
    names.size > blastRadius.maxMembers ||
    hitNodes > Math.max(1, blastRadius.maxShare * nodes.length)
  ) {
    const others = [...names].filter((name) => !members.some((member) => member.name === name));
    throw new SwarmError(
      'blast_radius',
      `${sayAim(aim)} ${members.length === 1 ? 'is' : 'are'} ${members.map(({ name }) => name).join(', ')}${others.length === 0 ? '' : `, and ${others.join(', ')} would be hit at the same time`}: more than the drill's blastRadius allows`,
      `it allows ${blastRadius.maxMembers} parts, and ${Math.round(100 * blastRadius.maxShare)} % of the nodes`,
    );
  }
  const ids = new Set(members.filter(({ kind }) => kind === 'node').map(({ nodeId }) => nodeId));
  // What all nodes share has no control rooms.
  const everything = members.some(({ kind }) => kind !== 'node');
  return {
    members,
    rooms: everything ? rooms : rooms.filter((room) => ids.has(nodeOfRoom.get(room) ?? null)),
  };
};

/** For people: `the node of room-1`. */
export const sayAim = (aim: Aim): string => {
  switch (aim.role) {
    case 'room-node':
      return 'the node that holds the first room';
    case 'other-node':
      return 'a node that does not hold the first room';
    case 'signal-node':
      return "the node of a participant's signal connection";
    case 'nodes':
      return `${Math.round(100 * aim.share)} % of the nodes`;
    case 'member':
      return aim.name;
    case 'none':
      return 'nobody';
    default:
      return SHARED[aim.role];
  }
};

const SHARED = { redis: 'Redis', balancer: 'the load balancer', turn: 'the TURN server' } as const;

interface Known extends Pick<Attendance, 'backends'> {
  all: readonly Member[];
  nodes: readonly Member[];
  nodeOfRoom: Attendance['nodes'];
  /** Id of the node that holds the first room. */
  first: string | undefined;
  seed: number;
}

const find = (aim: Aim, { all, nodes, nodeOfRoom, backends, first, seed }: Known): Member[] => {
  const holds = (member: Member): number =>
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
    case 'member':
      return all.filter(({ name }) => name === aim.name);
    default:
      return all.filter(({ kind }) => kind === aim.role).slice(0, 1);
  }
};

const whyNot = (aim: Aim, all: readonly Member[]): string => {
  if (aim.role === 'room-node' || aim.role === 'other-node')
    return 'no part of the deployment has that node id';
  if (aim.role === 'signal-node')
    return 'the load balancer does not say where it sends people (header x-livekit-backend)';
  return `there is none among ${all.map(({ name }) => name).join(', ') || 'nothing'}`;
};
