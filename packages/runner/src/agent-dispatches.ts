import { type ApiTarget, agentDispatchOf, apiErrorOf } from '@livekit-swarm/livekit';
import type { EventLine, RecordLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

const TIMEOUT_SECONDS = 10;

/** Calls of the dispatch service for callers that have joined, as an application makes them. */
export interface AgentDispatches {
  /** Take a line of the record: after the join of a caller its agent is dispatched. */
  take(line: RecordLine): void;
  /** Report no more: the record is complete. */
  close(): void;
}

/**
 * Create the dispatches of a run. Without callers whose agent is dispatched by the API, nothing is
 * done.
 * @param append writes an event of the result to the record
 */
export const createAgentDispatches = (
  target: ApiTarget,
  participants: readonly ParticipantPlan[],
  clock: { elapsedMs(): number },
  append: (line: EventLine) => void,
): AgentDispatches => {
  const waiting = new Map(
    participants.flatMap((plan) => {
      const agent = plan.conversation?.agent;
      return agent?.by === 'api' ? [[plan.identity, { plan, agent: agent.name }]] : [];
    }),
  );
  const failures = new Set<string>();
  let isClosed = false;
  const report = (line: EventLine): void => {
    if (!isClosed) append(line);
  };
  const dispatch = async (plan: ParticipantPlan, agent: string): Promise<void> => {
    const { identity, group, room, role } = plan;
    const began = clock.elapsedMs();
    const line = { type: 'event', identity, group, room, role } as const;
    try {
      const client = await agentDispatchOf(target, TIMEOUT_SECONDS);
      await client.createDispatch(room, agent);
      const at = clock.elapsedMs();
      report({ ...line, at, event: 'agent_dispatched', durationMs: at - began });
    } catch (error) {
      const { message: cause, hint } = apiErrorOf(error);
      const message = `the agent ${agent} was not dispatched: ${cause}`;
      // A warning of the run, so that reports show it, once for all callers; each loses its agent.
      if (failures.has(message)) return;
      failures.add(message);
      report({
        type: 'event',
        at: clock.elapsedMs(),
        event: 'warning',
        reason: 'agent_not_dispatched',
        message,
        ...(hint !== undefined && { hint }),
      });
    }
  };
  return {
    take: (line) => {
      if (line.type !== 'event' || line.event !== 'joined') return;
      const found = waiting.get(line.identity ?? '');
      if (found === undefined) return;
      waiting.delete(found.plan.identity);
      void dispatch(found.plan, found.agent);
    },
    close: () => {
      isClosed = true;
    },
  };
};
