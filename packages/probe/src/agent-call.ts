import { agentDispatchOf, readDispatches, systemClock } from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import type { Conversation } from '@livekit-swarm/scenario';
import type { AgentCall } from './module.ts';
import { type AgentObservation, identityOf, type Observation } from './observation.ts';
import type { ProbeCallRequest } from './probe-call.ts';
import { admissionFor, leaveWith, note, openEngine, planOf, until } from './probe-participant.ts';
import type { RoomAccess } from './room/probe-room.ts';

/** Part of an answer that is heard, ms: agents may speak for a minute. */
const HEARD_MS = 500;
const ANSWER_ENDS_MS = 800;
/** Longest call of the API for the state of the job, ms. */
const API_MS = 2_000;
const CALLER = 'a';

/**
 * Call the voice agent of the room, from joining to leaving, and write the observations into
 * `observation`: one turn, until the agent has begun to answer.
 * @param left returns the remaining time, ms
 * @throws Error for an error of this program, after the caller has left
 */
export const callAgent = async (
  { module, access, room, signal }: ProbeCallRequest,
  call: AgentCall,
  observation: Observation,
  agent: AgentObservation,
  left: () => number,
): Promise<void> => {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const startedAtMs = systemClock.now();
  const caller = observation.sides[CALLER];
  const engine = openEngine(module, startedAtMs, left(), (event) => {
    if (event.identity !== identityOf(CALLER)) return;
    note(caller, event);
    noteAgent(agent, event);
    const isFinal = event.event === 'turn' || event.event === 'agent_lost';
    if (isFinal || event.event === 'join_failed' || caller.loss !== null) over.abort();
  });
  let hasSetOut = false;
  try {
    const admission = admissionFor(CALLER, room, module, access);
    if (ended.aborted) return;
    hasSetOut = true;
    const plan = { ...planOf(CALLER, 0, room, module), conversation: conversationOf(call) };
    const joining = engine.join(plan, admission, systemClock.now() - startedAtMs);
    // A join that fails is an event.
    joining.catch(() => {});
    const began = performance.now();
    await until(ended, left());
    observation.measuredMs = performance.now() - began;
    observation.outOfTime = !ended.aborted;
    caller.others = engine.view(0)?.others ?? [];
    if (agent.isOver && agent.joinedMs === null)
      agent.job = await jobIn(access, room, call.agent, left());
  } finally {
    if (hasSetOut) await leaveWith(engine, 0, caller);
    await engine.close();
  }
};

const noteAgent = (agent: AgentObservation, { event, durationMs, turn }: EventLine): void => {
  switch (event) {
    case 'agent_joined':
      agent.joinedMs = durationMs ?? null;
      break;
    case 'agent_published':
      agent.publishedMs = durationMs ?? null;
      break;
    case 'agent_ready':
      agent.readyMs = durationMs ?? null;
      break;
    case 'agent_lost':
      agent.isOver = true;
      break;
    case 'turn':
      agent.isOver = true;
      if (turn?.answerMs !== undefined) agent.answer = { responseMs: turn.responseMs ?? null };
      break;
    default:
  }
};

/** One turn, whose answer the caller would interrupt: the turn ends when it has heard enough. */
const conversationOf = ({ opens, pauseMs, answerWithinMs }: AgentCall): Conversation => ({
  opens,
  pauseMs,
  answerWithinMs,
  answerEndsMs: ANSWER_ENDS_MS,
  bargeIn: { share: 1, afterMs: HEARD_MS },
  turns: 2,
});

/** State of the agent's job; null: the API does not show it in time. */
const jobIn = async (
  access: RoomAccess,
  room: string,
  agentName: string,
  leftMs: number,
): Promise<AgentObservation['job']> => {
  if (access.withoutApi === true || leftMs <= 0) return null;
  try {
    const client = await agentDispatchOf(access, Math.min(API_MS, leftMs) / 1_000);
    const dispatches = await readDispatches(client, room);
    const [job] = dispatches
      .filter((dispatch) => dispatch.agentName === agentName)
      .flatMap(({ jobs }) => jobs);
    return job?.state ?? 'no_job';
  } catch {
    return null;
  }
};
