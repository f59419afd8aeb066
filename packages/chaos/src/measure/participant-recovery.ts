import type { ConnectionHistory } from './connections.ts';
import type { ParticipantRecovery, Strip, WayBack } from './recovery.ts';
import type { PairFacts } from './subscriptions.ts';

/** What became of one participant. @param pairs those in which it listens */
export const recoveryOfParticipant = (
  person: ConnectionHistory,
  pairs: readonly PairFacts[],
  control: boolean,
  faults: readonly { at: number }[],
  endAt: number,
): ParticipantRecovery => {
  const since = faults[0]?.at ?? 0;
  const lost = person.absences.find(({ fromAt }) => fromAt >= since);
  const never = pairs.some(({ recoveredAfterMs }) => recoveredAfterMs === null);
  return {
    identity: person.identity,
    room: person.room,
    control,
    signalLostAt: lost?.fromAt ?? null,
    signalBackMs: backAfter(person, lost?.fromAt ?? null),
    way: wayBack(person, since),
    claims: person.returns.filter(({ at }) => at >= since).length,
    disconnected: person.disconnectedAt !== null,
    recoveredAfterMs: never
      ? null
      : Math.max(0, ...pairs.map(({ recoveredAfterMs }) => recoveredAfterMs ?? 0)),
    strip: stripOf(person, pairs, endAt),
  };
};

/** From the first loss until it was told that it is back. */
const backAfter = ({ returns }: ConnectionHistory, lostAt: number | null): number | null => {
  if (lostAt === null) return null;
  const back = returns.find(({ at }) => at >= lostAt);
  return back === undefined ? null : back.at - lostAt;
};

const EFFORT = ['resume', 'reconnect', 'rejoin'] as const;

/** The greatest effort that it took; never: it is still away. */
const wayBack = ({ absences, returns }: ConnectionHistory, since: number): WayBack => {
  if (absences.at(-1)?.toAt === null) return 'never';
  return (
    EFFORT.findLast((way) => returns.some((back) => back.way === way && back.at >= since)) ??
    'none-needed'
  );
};

const stripOf = (
  person: ConnectionHistory,
  pairs: readonly PairFacts[],
  endAt: number,
): Strip[] => {
  const from = person.joinedAt;
  if (from === null) return [];
  const to = Math.max(from, person.leftAt ?? endAt);
  const turns = [
    ...person.absences.flatMap(({ fromAt, toAt }) => [fromAt, toAt ?? to]),
    ...pairs.flatMap(({ silences }) =>
      silences.flatMap(({ fromAt, toAt }) => [fromAt, toAt ?? to]),
    ),
  ].filter((at) => at > from && at < to);
  const bounds = [...new Set([from, ...turns, to])].sort((a, b) => a - b);
  return bounds
    .slice(1)
    .map((toAt, index): Strip => stateOf(person, pairs, bounds[index] ?? from, toAt))
    .reduce(joinAlike, []);
};

const stateOf = (
  { absences }: ConnectionHistory,
  pairs: readonly PairFacts[],
  fromAt: number,
  toAt: number,
): Strip => {
  const middle = (fromAt + toAt) / 2;
  const away = absences.find((absence) => covers(absence, middle));
  const silent = pairs.filter(({ silences }) =>
    silences.some((silence) => covers(silence, middle)),
  ).length;
  const hears = silent === 0 ? 'all' : silent === pairs.length ? 'none' : 'some';
  return { fromAt, toAt, signal: away?.state ?? 'up', hears };
};

const covers = ({ fromAt, toAt }: { fromAt: number; toAt: number | null }, at: number): boolean =>
  fromAt <= at && (toAt === null || at < toAt);

const joinAlike = (strips: Strip[], next: Strip): Strip[] => {
  const last = strips.at(-1);
  if (last === undefined || last.signal !== next.signal || last.hears !== next.hears)
    return [...strips, next];
  return [...strips.slice(0, -1), { ...last, toAt: next.toAt }];
};
