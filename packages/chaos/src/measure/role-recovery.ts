import type { ConnectionHistory } from './connections.ts';
import { quantiles } from './quantiles.ts';
import type { RoleRecovery } from './recovery.ts';
import type { SubscriptionFacts } from './subscriptions.ts';

/** Time to recover of media, ms; 0: not interrupted, null: not recovered. */
type Times = readonly (number | null)[];

/**
 * Recovery by role, of what its participants receive and of what they publish. A role without
 * subscriptions or publications has no entry for that direction.
 */
export const recoveryOfRoles = (
  load: readonly ConnectionHistory[],
  subscriptions: readonly SubscriptionFacts[],
): RoleRecovery[] => {
  const roleOf = new Map(load.map(({ identity, role }) => [identity, role]));
  const received = Map.groupBy(subscriptions, ({ subscriber }) => roleOf.get(subscriber) ?? '');
  const published = Map.groupBy(subscriptions, ({ publisher }) => roleOf.get(publisher) ?? '');
  return [...new Set(roleOf.values())].sort().flatMap((role) => [
    ...entry(
      role,
      'receiving',
      (received.get(role) ?? []).map(({ timeToRecoverMs }) => timeToRecoverMs),
    ),
    ...entry(role, 'publishing', timesOfPublications(published.get(role) ?? [])),
  ]);
};

/**
 * Times until the first subscriber of each publication received it again. A publication that any
 * subscriber received all the time was not interrupted.
 */
const timesOfPublications = (subscriptions: readonly SubscriptionFacts[]): Times =>
  [
    ...Map.groupBy(subscriptions, ({ publisher, kind, source }) =>
      JSON.stringify([publisher, kind, source]),
    ).values(),
  ].map((ofOne) => {
    const times = ofOne.flatMap(({ timeToRecoverMs }) => timeToRecoverMs ?? []);
    return times.length === 0 ? null : Math.min(...times);
  });

const entry = (
  role: string,
  direction: RoleRecovery['direction'],
  times: Times,
): RoleRecovery[] => {
  if (times.length === 0) return [];
  const interrupted = times.filter((time) => time !== 0);
  const recovered = interrupted.filter((time) => time !== null);
  return [
    {
      role,
      direction,
      count: times.length,
      interrupted: interrupted.length,
      notRecovered: interrupted.length - recovered.length,
      timeToRecover: quantiles(recovered),
    },
  ];
};
