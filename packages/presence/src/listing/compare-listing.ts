import type { Finding } from '../compare/finding.ts';
import type { OwnSession } from '../reality/own-facts.ts';
import type { Poll } from './poll.ts';

/** Times for which the API was wrong about a session, at least, ms; null: no poll meanwhile. */
export interface ListingTimes {
  /** Time for which it did not list a connected participant. */
  unlistedMs: number | null;
  /** Time for which it listed one that had gone. */
  ghostMs: number | null;
}

export interface ListingComparison {
  times: readonly ListingTimes[];
  findings: readonly Finding[];
}

/** Times below which a list is not called wrong: a poll a second knows no more, ms. */
const NOTICED_MS = 2_000;

/**
 * Compares what the API listed with who was there. A poll proves the state at some time after its
 * request and before its answer, so all times are lower bounds.
 */
export const compareListing = (
  sessions: ReadonlyMap<string, readonly OwnSession[]>,
  polls: readonly Poll[],
): ListingComparison => {
  const byRoom = Map.groupBy(polls, ({ room }) => room);
  const times: ListingTimes[] = [];
  const findings: Finding[] = [];
  for (const own of sessions.values())
    for (const [index, session] of own.entries()) {
      const asked = byRoom.get(session.room) ?? [];
      const absence = longestAbsence(session, asked);
      // After a reconnect, the list shows the next session of the same identity.
      const ghost = own[index + 1] === undefined ? ghostOf(session, asked) : null;
      times.push({ unlistedMs: absence?.forMs ?? null, ghostMs: ghost?.forMs ?? null });
      const { identity, room } = session;
      if (absence !== null && absence.forMs >= NOTICED_MS)
        findings.push({ code: 'unlisted', identity, room, ...absence });
      if (ghost !== null && ghost.forMs >= NOTICED_MS)
        findings.push({
          ...{ code: 'ghost', identity, room, ...ghost, end: session.end ?? 'lost' },
        });
    }
  return { times, findings };
};

interface Stretch {
  fromMs: number;
  forMs: number;
  isOver: boolean;
}

/** Longest time in which polls did not list a session that was there; null: there was no poll. */
const longestAbsence = (
  { identity, joinedAtMs, endedAtMs }: OwnSession,
  polls: readonly Poll[],
): Stretch | null => {
  let longest: Stretch | null = null;
  let fromMs: number | null = joinedAtMs;
  for (const { requestedAtMs, answeredAtMs, identities } of polls) {
    if (identities === null || requestedAtMs < joinedAtMs) continue;
    if (endedAtMs !== null && answeredAtMs > endedAtMs) break;
    const isListed = identities.has(identity);
    longest ??= { fromMs: joinedAtMs, forMs: 0, isOver: true };
    if (isListed) {
      longest.isOver = true;
      fromMs = null;
      continue;
    }
    // It may have been listed until just before the answer.
    fromMs ??= answeredAtMs;
    if (requestedAtMs - fromMs > longest.forMs)
      longest = { fromMs, forMs: requestedAtMs - fromMs, isOver: false };
  }
  return longest;
};

/** Time for which polls listed a session that was over; null: it is not, or there was no poll. */
const ghostOf = ({ identity, endedAtMs }: OwnSession, polls: readonly Poll[]): Stretch | null => {
  if (endedAtMs === null) return null;
  const later = polls.filter(
    ({ requestedAtMs, identities }) => identities !== null && requestedAtMs >= endedAtMs,
  );
  if (later.length === 0) return null;
  const last = later.findLast(({ identities }) => identities?.has(identity) === true);
  return {
    fromMs: endedAtMs,
    forMs: last === undefined ? 0 : last.requestedAtMs - endedAtMs,
    isOver: last !== later.at(-1),
  };
};
