import type { ConnectionHistory } from './connections.ts';
import type { ParticipantRecovery, RecoveryMethod, StateInterval } from './recovery.ts';
import type { SubscriptionFacts } from './subscriptions.ts';

/** What became of one participant. @param pairs those in which it listens */
export const recoveryOfParticipant = (
  person: ConnectionHistory,
  pairs: readonly SubscriptionFacts[],
  controlGroup: boolean,
  faults: readonly { injectedAt: number }[],
  endAt: number,
): ParticipantRecovery => {
  const since = faults[0]?.injectedAt ?? 0;
  const lost = person.disconnections.find(({ fromAt }) => fromAt >= since);
  const never = pairs.some(({ timeToRecoverMs }) => timeToRecoverMs === null);
  return {
    identity: person.identity,
    room: person.room,
    controlGroup,
    signalLostAt: lost?.fromAt ?? null,
    signalRecoveryMs: backAfter(person, lost?.fromAt ?? null),
    recoveredBy: wayBack(person, since),
    reportedReconnects: person.recoveries.filter(({ at }) => at >= since).length,
    disconnected: person.disconnectedAt !== null,
    timeToRecoverMs: never
      ? null
      : Math.max(0, ...pairs.map(({ timeToRecoverMs }) => timeToRecoverMs ?? 0)),
    intervals: stripOf(person, pairs, endAt),
  };
};

/** From the first loss until it was told that it is back. */
const backAfter = ({ recoveries }: ConnectionHistory, lostAt: number | null): number | null => {
  if (lostAt === null) return null;
  const back = recoveries.find(({ at }) => at >= lostAt);
  return back === undefined ? null : back.at - lostAt;
};

const EFFORT = ['resume', 'reconnect', 'rejoin'] as const;

/** The greatest effort that it took; never: it is still away. */
const wayBack = (
  { disconnections, recoveries }: ConnectionHistory,
  since: number,
): RecoveryMethod => {
  if (disconnections.at(-1)?.toAt === null) return 'not_recovered';
  return (
    EFFORT.findLast((way) => recoveries.some((back) => back.method === way && back.at >= since)) ??
    'not_needed'
  );
};

const stripOf = (
  person: ConnectionHistory,
  pairs: readonly SubscriptionFacts[],
  endAt: number,
): StateInterval[] => {
  const from = person.joinedAt;
  if (from === null) return [];
  const to = Math.max(from, person.leftAt ?? endAt);
  const turns = [
    ...person.disconnections.flatMap(({ fromAt, toAt }) => [fromAt, toAt ?? to]),
    ...pairs.flatMap(({ interruptions }) =>
      interruptions.flatMap(({ fromAt, toAt }) => [fromAt, toAt ?? to]),
    ),
  ].filter((at) => at > from && at < to);
  const bounds = [...new Set([from, ...turns, to])].sort((a, b) => a - b);
  return bounds
    .slice(1)
    .map((toAt, index): StateInterval => stateOf(person, pairs, bounds[index] ?? from, toAt))
    .reduce(joinAlike, []);
};

const stateOf = (
  { disconnections }: ConnectionHistory,
  pairs: readonly SubscriptionFacts[],
  fromAt: number,
  toAt: number,
): StateInterval => {
  const middle = (fromAt + toAt) / 2;
  const away = disconnections.find((absence) => covers(absence, middle));
  const silent = pairs.filter(({ interruptions }) =>
    interruptions.some((silence) => covers(silence, middle)),
  ).length;
  const receiving = silent === 0 ? 'all' : silent === pairs.length ? 'none' : 'some';
  return { fromAt, toAt, signal: away?.state ?? 'connected', receiving };
};

const covers = ({ fromAt, toAt }: { fromAt: number; toAt: number | null }, at: number): boolean =>
  fromAt <= at && (toAt === null || at < toAt);

const joinAlike = (strips: StateInterval[], next: StateInterval): StateInterval[] => {
  const last = strips.at(-1);
  if (last === undefined || last.signal !== next.signal || last.receiving !== next.receiving)
    return [...strips, next];
  return [...strips.slice(0, -1), { ...last, toAt: next.toAt }];
};
