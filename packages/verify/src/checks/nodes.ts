import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isAnnounced, type NodeFacts, ofNode } from '../facts/facts.ts';

/** Rejections by a limit, which the check of limits reports. */
const LIMITS: ReadonlySet<string> = new Set(['server_full', 'room_full']);

export const nodesRule = (nodes: readonly NodeFacts[]): CheckResult => {
  const dead = nodes.flatMap(({ name, joined }) =>
    isAnnounced(joined) || LIMITS.has(joined.reason)
      ? []
      : [`${ofNode({ name })}a participant cannot join there: ${joined.message}`],
  );
  if (dead.length > 0) return found('error', dead);
  return passed(
    ...nodes.map(({ name, joined }) =>
      isAnnounced(joined)
        ? `${ofNode({ name })}${joined.node} answers, livekit-server ${joined.serverVersion}`
        : `${ofNode({ name })}answers: ${joined.message}`,
    ),
  );
};

export const nodes: Check = {
  id: 'nodes',
  title: 'A participant can join on every node',
  severities: ['error'],
  cause:
    'A node is registered, or was named, and takes no participants: it hangs, does not reach Redis, or has another version of the configuration',
  fix: 'look into the log of this node; restart it, or take it out of the deployment',
  needs: ['websocket'],
  run: async ({ nodes: read }) => nodesRule(await read()),
};
