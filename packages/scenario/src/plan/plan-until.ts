import { MIN_SESSION_MS } from '../executors/expansion.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import { expectedTracks } from './expected-tracks.ts';
import { overlapMs } from './extent.ts';

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
  return {
    ...plan,
    participants: withExpectedTracks(plan, participants),
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

const withExpectedTracks = (
  { scenario: { groups } }: Plan,
  participants: readonly ParticipantPlan[],
): ParticipantPlan[] => {
  const required = new Map(groups.map((group) => [group.name, overlapMs(group)]));
  const expected = new Map(
    [...Map.groupBy(participants, ({ room }) => room).values()].flatMap((present) => {
      const tracks = expectedTracks(
        present,
        Math.max(...present.map(({ group }) => required.get(group) ?? 0)),
      );
      return present.map(({ index }, position) => [index, tracks[position]] as const);
    }),
  );
  return participants.map((participant) => ({
    ...participant,
    expectedTracks: expected.get(participant.index) ?? { audio: 0, video: 0 },
  }));
};
