import { LEFT_WHILE_JOINING, type ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { EngineOptions } from './engine.ts';

/** Progress of a participant's session. */
export type SessionState = 'joining' | 'in' | 'join_failed' | 'disconnected';

const OUTCOMES = {
  joining: 'join_failed',
  in: 'left',
  join_failed: 'join_failed',
  disconnected: 'disconnected',
} as const satisfies Record<SessionState, ParticipantLine['outcome']>;

/** Outcome of a session that is left in this state. @param reason reason of the last failure */
export const outcomeOf = (
  state: SessionState,
  reason: string | null,
): Pick<ParticipantLine, 'outcome' | 'reason'> => ({
  outcome: OUTCOMES[state],
  reason: state === 'joining' ? (reason ?? LEFT_WHILE_JOINING) : reason,
});

/** Begin of the record line of a participant: who it is, and what its plan was. @param now its end */
export const lineHeadOf = (
  { identity, group, room, role, joinAtMs, leaveAtMs }: ParticipantPlan,
  { startedAtMs, shard = 0 }: Pick<EngineOptions, 'startedAtMs' | 'shard'>,
  now: number,
) => ({
  type: 'participant' as const,
  at: now - startedAtMs,
  ...{ shard, identity, group, room, role, joinAtMs, leaveAtMs },
});
