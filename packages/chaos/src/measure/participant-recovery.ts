import type { ConnectionHistory } from './connections.ts';
import type { ParticipantRecovery, RecoveryMethod, StateInterval } from './recovery.ts';
import type { SubscriptionFacts } from './subscriptions.ts';

/** Recovery of one participant. @param subscriptions subscriptions of this participant */
export const recoveryOfParticipant = (
  participant: ConnectionHistory,
  subscriptions: readonly SubscriptionFacts[],
  controlGroup: boolean,
  faults: readonly { injectedAt: number }[],
  endAt: number,
): ParticipantRecovery => {
  const since = faults[0]?.injectedAt ?? 0;
  const lostAt = participant.disconnections.find(({ fromAt }) => fromAt >= since)?.fromAt ?? null;
  const notRecovered = subscriptions.some(({ timeToRecoverMs }) => timeToRecoverMs === null);
  return {
    identity: participant.identity,
    room: participant.room,
    controlGroup,
    signalLostAt: lostAt,
    signalRecoveryMs: signalRecovery(participant, lostAt),
    recoveredBy: methodOf(participant, since),
    reportedReconnects: participant.recoveries.filter(({ at }) => at >= since).length,
    disconnected: participant.disconnectedAt !== null,
    timeToRecoverMs: notRecovered
      ? null
      : Math.max(0, ...subscriptions.map(({ timeToRecoverMs }) => timeToRecoverMs ?? 0)),
    intervals: intervalsOf(participant, subscriptions, endAt),
  };
};

/**
 * Time from the loss of the signal connection until its recovery was reported, ms; null: not
 * reported.
 */
const signalRecovery = (
  { recoveries }: ConnectionHistory,
  lostAt: number | null,
): number | null => {
  const recovery = lostAt === null ? undefined : recoveries.find(({ at }) => at >= lostAt);
  return lostAt === null || recovery === undefined ? null : recovery.at - lostAt;
};

const METHODS = ['resume', 'reconnect', 'rejoin'] as const;

/**
 * Most expensive recovery method that was used; `not_recovered`: the participant is not connected
 * at the end.
 */
const methodOf = (
  { disconnections, recoveries }: ConnectionHistory,
  since: number,
): RecoveryMethod => {
  if (disconnections.at(-1)?.toAt === null) return 'not_recovered';
  const used = new Set(recoveries.filter(({ at }) => at >= since).map(({ method }) => method));
  return METHODS.findLast((method) => used.has(method)) ?? 'not_needed';
};

const intervalsOf = (
  participant: ConnectionHistory,
  subscriptions: readonly SubscriptionFacts[],
  endAt: number,
): StateInterval[] => {
  const from = participant.joinedAt;
  if (from === null) return [];
  const to = Math.max(from, participant.leftAt ?? endAt);
  const changes = [
    ...participant.disconnections,
    ...subscriptions.flatMap(({ interruptions }) => interruptions),
  ]
    .flatMap(({ fromAt, toAt }) => [fromAt, toAt ?? to])
    .filter((at) => at > from && at < to);
  const bounds = [...new Set([from, ...changes, to])].sort((a, b) => a - b);
  return bounds
    .slice(1)
    .map((toAt, index) => stateOf(participant, subscriptions, bounds[index] ?? from, toAt))
    .reduce(mergeEqual, []);
};

const stateOf = (
  { disconnections }: ConnectionHistory,
  subscriptions: readonly SubscriptionFacts[],
  fromAt: number,
  toAt: number,
): StateInterval => {
  const middle = (fromAt + toAt) / 2;
  const disconnection = disconnections.find((one) => covers(one, middle));
  const interrupted = subscriptions.filter(({ interruptions }) =>
    interruptions.some((one) => covers(one, middle)),
  ).length;
  const receiving =
    interrupted === 0 ? 'all' : interrupted === subscriptions.length ? 'none' : 'some';
  return { fromAt, toAt, signal: disconnection?.state ?? 'connected', receiving };
};

const covers = ({ fromAt, toAt }: { fromAt: number; toAt: number | null }, at: number): boolean =>
  fromAt <= at && (toAt === null || at < toAt);

const mergeEqual = (intervals: StateInterval[], next: StateInterval): StateInterval[] => {
  const last = intervals.at(-1);
  if (last === undefined || last.signal !== next.signal || last.receiving !== next.receiving)
    return [...intervals, next];
  return [...intervals.slice(0, -1), { ...last, toAt: next.toAt }];
};
