import { MIN_SESSION_MS } from '../executors/expansion.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import { expectedTracksByRoom } from './expected-tracks.ts';

/**
 * Plan that ends at a time: participants that would stay longer leave then, and those that would
 * join later, or too late for a session, are left out. A plan that ends earlier stays as it is.
 * @param endAtMs end, ms after the start of the run
 */
export const planUntil = (plan: Plan, endAtMs: number): Plan => {
  if (endAtMs >= plan.endAtMs) return plan;
  const participants = plan.participants
    .filter(({ joinAtMs }) => joinAtMs <= endAtMs - MIN_SESSION_MS)
    .map((participant, index) => endingAt({ ...participant, index }, endAtMs));
  const tracks = expectedTracksByRoom(participants, plan.scenario.groups, ({ room }) => room);
  return {
    ...plan,
    participants: participants.map((participant, index) => ({
      ...participant,
      expectedTracks: tracks[index] ?? participant.expectedTracks,
    })),
    windows: plan.windows
      .filter(({ fromMs }) => fromMs < endAtMs)
      .map((window) => ({ ...window, toMs: Math.min(window.toMs, endAtMs) })),
    lastJoinAtMs: Math.min(plan.lastJoinAtMs, participants.at(-1)?.joinAtMs ?? 0),
    endAtMs,
  };
};

const endingAt = (participant: ParticipantPlan, endAtMs: number): ParticipantPlan => {
  if (participant.leaveAtMs <= endAtMs) return participant;
  const { actions, ...rest } = participant;
  const done = actions?.filter(({ atMs }) => atMs < endAtMs) ?? [];
  return { ...rest, leaveAtMs: endAtMs, ...(done.length > 0 && { actions: done }) };
};
