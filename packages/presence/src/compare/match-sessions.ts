import type { OwnSession } from '../reality/own-facts.ts';
import type { DeliveredEvent } from '../webhooks/deliveries.ts';

/** A session as the server reports it: one sid, with its events in the order of their arrivals. */
export interface ReportedSession {
  sid: string;
  identity: string;
  room: string;
  events: readonly DeliveredEvent[];
}

export interface MatchedSessions {
  /** Each own session, with what was reported of it; null: nothing. */
  pairs: readonly (readonly [own: OwnSession, reported: ReportedSession | null])[];
  /** Reported sessions that are of no own one. */
  extra: readonly ReportedSession[];
}

/** A webhook about a join may arrive before the participant has its tracks acknowledged, ms. */
const EARLY_MS = 5_000;

export const reportedSessions = (events: readonly DeliveredEvent[]): ReportedSession[] => {
  const bySid = Map.groupBy(
    events.filter(({ participant }) => participant !== null),
    ({ participant }) => participant?.sid ?? '',
  );
  return [...bySid].flatMap(([sid, own]) => {
    const [first] = own;
    return first?.participant == null
      ? []
      : [{ sid, identity: first.participant.identity, room: first.room, events: own }];
  });
};

/**
 * Finds which reported session of a participant is which of its own. The server's ids are not in a
 * record, so their order decides: a session is reported after it began.
 */
export const matchSessions = (
  own: readonly OwnSession[],
  reported: readonly ReportedSession[],
): MatchedSessions => {
  const matched = new Map<OwnSession, ReportedSession>();
  const extra: ReportedSession[] = [];
  // The end of a session shows whether its participant was ever connected.
  const isAborted = ({ events }: ReportedSession): boolean =>
    events.some(({ event }) => event === 'participant_connection_aborted') &&
    !events.some(({ event }) => event === 'participant_joined');
  for (const session of reported) {
    const firstAtMs = session.events[0]?.atMs ?? 0;
    const open = own.filter((one) => one.room === session.room && !matched.has(one));
    const [begun] = open.filter(({ joinedAtMs }) => joinedAtMs <= firstAtMs + EARLY_MS).slice(0, 1);
    if (begun === undefined || isAborted(session)) extra.push(session);
    else matched.set(begun, session);
  }
  return { pairs: own.map((one) => [one, matched.get(one) ?? null] as const), extra };
};
