import type { ConnectionHistory } from '../measure/connections.ts';
import { type CallFacts, connectedSpans, endOf } from './call-facts.ts';
import { SETTLING_MS, type Violation } from './invariant.ts';
import { intersection, type Span, union } from './spans.ts';

/**
 * Rooms whose connected participants were on two nodes for longer than `SETTLING_MS`, by the node
 * that the server reported to each of them. The time begins again with each injection and rollback,
 * after which clients may have to move once more.
 */
export const roomOnTwoNodes = ({ participants, faultTimes, endAt }: CallFacts): Violation[] =>
  [...Map.groupBy(participants, ({ room }) => room)].flatMap(([room, members]) => {
    const stays = members.flatMap((member) => staysOf(member, endAt));
    const byNode = [...Map.groupBy(stays, ({ node }) => node)].map(
      ([node, spans]) => [node, union(spans)] as const,
    );
    const twice = union(
      byNode.flatMap(([, spans], index) =>
        byNode.slice(index + 1).flatMap(([, others]) => intersection(spans, others)),
      ),
    );
    return twice
      .filter((span) => longestCalm(span, faultTimes) > SETTLING_MS)
      .map((span): Violation => {
        const involved = stays.filter((stay) => intersection([stay], [span]).length > 0);
        return {
          invariant: 'room_on_two_nodes',
          room,
          participants: [...new Set(involved.map(({ identity }) => identity))].sort(),
          nodes: [...new Set(involved.map(({ node }) => node))].sort(),
          fromAt: span.fromAt,
          toAt: endOf(span, endAt),
        };
      });
  });

/** Longest time within a span without an injection or rollback, ms. */
const longestCalm = ({ fromAt, toAt }: Span, faultTimes: readonly number[]): number => {
  const times = faultTimes.filter((at) => at > fromAt && at < toAt).sort((a, b) => a - b);
  const bounds = [fromAt, ...times, toAt];
  return Math.max(...bounds.slice(1).map((at, index) => at - (bounds[index] ?? at)));
};

interface Stay extends Span {
  identity: string;
  node: string;
}

/** Times in which a participant was connected to each node. */
const staysOf = (participant: ConnectionHistory, endAt: number): Stay[] => {
  const { identity, nodes } = participant;
  const connected = connectedSpans(participant, endAt);
  return nodes.flatMap(({ at, node }, index) =>
    intersection(connected, [{ fromAt: at, toAt: nodes[index + 1]?.at ?? endAt }]).map((span) => ({
      ...span,
      identity,
      node,
    })),
  );
};
