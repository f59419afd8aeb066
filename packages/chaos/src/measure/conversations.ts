import type { EventLine } from '@livekit-swarm/record';
import { difference, type Span, union } from '../invariants/spans.ts';
import type { Conversation } from './recovery.ts';
import type { Interruptions } from './subscriptions.ts';

interface AgentHistory {
  agent: string;
  joinedAt: number;
  leftAt: number | null;
}

interface CallerHistory {
  caller: string;
  room: string;
  agents: AgentHistory[];
  dispatchedAgain: number;
  leftAt: number | null;
  /** Time from which it is not in the room any more, without having left; null: it is. */
  disconnectedAt: number | null;
}

/** Measures conversations with voice agents, from the events of their callers. */
export interface ConversationsFold {
  add(line: EventLine): void;
  result(times: ConversationTimes): Conversation[];
}

interface ConversationTimes {
  /** Media that callers received. */
  histories: Pick<Interruptions, 'of'>;
  /** First fault, ms after the start of the run; null: none. */
  firstFaultAt: number | null;
  /** Last line of the record. */
  endAt: number;
  isAffected(room: string): boolean;
}

/** Silence that is too short to be the loss of an agent, ms. */
const END_MS = 1_000;
/** Time before a fault within which the last packet may have arrived, ms. */
const BEFORE_MS = 500;

export const createConversationsFold = (): ConversationsFold => {
  const callers = new Map<string, CallerHistory>();
  const callerOf = ({ identity: caller = '', room = '' }: EventLine): CallerHistory => {
    const known = callers.get(caller);
    if (known !== undefined) return known;
    const created = {
      ...{ caller, room, agents: [], dispatchedAgain: 0 },
      ...{ leftAt: null, disconnectedAt: null },
    };
    callers.set(caller, created);
    return created;
  };
  return {
    add: (line) => {
      const { event, at, agent = '', identity = '' } = line;
      switch (event) {
        case 'agent_joined':
        case 'agent_added':
          callerOf(line).agents.push({ agent, joinedAt: at, leftAt: null });
          break;
        case 'agent_left': {
          const last = callerOf(line).agents.findLast((one) => one.agent === agent);
          if (last !== undefined) last.leftAt = at;
          break;
        }
        case 'agent_lost':
          callerOf(line);
          break;
        case 'agent_dispatched':
          if (line.reason === 'again') callerOf(line).dispatchedAgain += 1;
          break;
        case 'left': {
          const caller = callers.get(identity);
          if (caller !== undefined) caller.leftAt = at;
          break;
        }
        case 'disconnected':
        case 'rejoined': {
          const caller = callers.get(identity);
          if (caller !== undefined) caller.disconnectedAt = event === 'disconnected' ? at : null;
          break;
        }
        default:
      }
    },
    result: (times) =>
      [...callers.values()]
        .map((caller) => conversationOf(caller, times))
        .sort((a, b) => a.room.localeCompare(b.room)),
  };
};

const conversationOf = (
  { caller, room, agents, dispatchedAgain, leftAt, disconnectedAt }: CallerHistory,
  { histories, firstFaultAt, endAt, isAffected }: ConversationTimes,
): Conversation => {
  const untilAt = leftAt ?? endAt;
  // A caller that is disconnected for good reports no interruption of what it received.
  const listensUntilAt = Math.min(untilAt, disconnectedAt ?? untilAt);
  const heard = agents.map((one) => ({
    ...one,
    spans: audibleSpans(caller, one, histories, listensUntilAt),
  }));
  const audible = union(heard.flatMap(({ spans }) => spans));
  const gap = longestGap(audible, (firstFaultAt ?? 0) - BEFORE_MS, untilAt);
  const next = heard.find(({ spans }) => spans.some(({ fromAt }) => fromAt === gap?.toAt));
  const before = heard.find(({ spans }) => spans.some(({ toAt }) => toAt === gap?.fromAt));
  const stayedMs =
    gap === null || before === undefined || before === next || before.leftAt === null
      ? 0
      : before.leftAt - gap.fromAt;
  const isLost = audible.length === 0 || (gap !== null && gap.toAt === null);
  return {
    ...{ room, caller, controlGroup: !isAffected(room), dispatchedAgain },
    agents: heard.map(({ agent, joinedAt, leftAt: agentLeftAt, spans }) => ({
      ...{ agent, joinedAt, leftAt: agentLeftAt },
      audioFromAt: spans[0]?.fromAt ?? null,
      audioToAt: spans.at(-1)?.toAt ?? null,
    })),
    silenceMs: isLost ? null : gap === null || gap.toAt === null ? 0 : gap.toAt - gap.fromAt,
    takenOverBy: next === undefined || next.agent === before?.agent ? null : next.agent,
    // One that leaves in order is heard until then.
    deadAgentMs: stayedMs > END_MS ? stayedMs : null,
    isLost,
  };
};

/** Spans in which a caller received audio of an agent. */
const audibleSpans = (
  caller: string,
  { agent, leftAt }: AgentHistory,
  histories: Pick<Interruptions, 'of'>,
  untilAt: number,
): Span[] => {
  const { startedAt, interruptions } = histories.of(caller, agent, 'audio');
  if (startedAt === null) return [];
  const toAt = Math.min(leftAt ?? untilAt, untilAt);
  return difference(
    [{ fromAt: startedAt, toAt }],
    interruptions.map((one) => ({ fromAt: one.fromAt, toAt: one.toAt ?? toAt })),
  ).filter((span) => span.toAt > span.fromAt);
};

/** Longest time between two spans, or after the last one, that lasts after `sinceAt`. */
const longestGap = (
  audible: readonly Span[],
  sinceAt: number,
  untilAt: number,
): { fromAt: number; toAt: number | null } | null => {
  const lengthOf = ({ fromAt, toAt }: { fromAt: number; toAt: number | null }): number =>
    (toAt ?? Number.POSITIVE_INFINITY) - fromAt;
  return audible
    .map(({ toAt: fromAt }, index) => ({ fromAt, toAt: audible[index + 1]?.fromAt ?? null }))
    .filter(
      ({ fromAt, toAt }) => (toAt ?? untilAt) > sinceAt && (toAt ?? untilAt) - fromAt > END_MS,
    )
    .reduce<{ fromAt: number; toAt: number | null } | null>(
      (longest, gap) => (longest !== null && lengthOf(longest) >= lengthOf(gap) ? longest : gap),
      null,
    );
};
