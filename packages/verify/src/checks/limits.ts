import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import { isAnnounced, type NodeFacts, ofNode } from '../facts/facts.ts';

/** What a room that names no limits of its own gets, and how each node answered a join. */
export interface LimitFacts {
  /** 0: none. */
  maxParticipants: number;
  codecs: readonly string[];
  nodes: readonly NodeFacts[];
  /** How many a room must take. */
  wanted: number;
}

export const limitsRule = ({ maxParticipants, codecs, nodes, wanted }: LimitFacts): CheckResult => {
  const bad: string[] = [];
  for (const node of nodes)
    if (!isAnnounced(node.joined) && node.joined.reason === 'server_full')
      bad.push(
        `${ofNode(node)}the node takes no participants: ${node.joined.message} (limit.num_tracks, limit.bytes_per_sec)`,
      );
  if (maxParticipants > 0 && maxParticipants < wanted)
    bad.push(`a room takes ${maxParticipants} participants (room.max_participants), not ${wanted}`);
  if (codecs.length > 0 && !codecs.some((codec) => codec.toLowerCase() === 'audio/opus'))
    bad.push(`rooms do not allow Opus (room.enabled_codecs: ${codecs.join(', ')}): no audio`);
  if (bad.length > 0) return found('error', bad);
  return passed(
    maxParticipants === 0
      ? 'rooms have no limit of participants; every node takes participants'
      : `rooms take ${maxParticipants} participants; every node takes participants`,
  );
};

export const limits: Check = {
  id: 'limits',
  title: 'Rooms take the participants they must, and no node is at its limit',
  severities: ['error'],
  cause:
    'A limit of a trial was kept (room.max_participants, limit.num_tracks), or the deployment has too few nodes',
  fix: 'raise the limit in the configuration of every node, or add a node',
  needs: ['nodes'],
  run: async ({ api, nodes, makePlainRoom }, { participants }) => {
    const withoutApi = await api();
    if (withoutApi !== null) return skipped(withoutApi);
    const { maxParticipants, enabledCodecs } = await makePlainRoom();
    return limitsRule({
      maxParticipants,
      codecs: enabledCodecs.map(({ mime }) => mime),
      nodes: await nodes(),
      wanted: participants ?? 2,
    });
  },
};
