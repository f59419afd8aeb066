import type { ConnectionHistory } from './connections.ts';
import { quantiles } from './quantiles.ts';
import type { RoleRecovery } from './recovery.ts';
import {
  type FaultTimes,
  type Interruption,
  recoveryOf,
  type SubscriptionFacts,
} from './subscriptions.ts';

/** Time to recover of media, ms; 0: not interrupted, null: not recovered. */
type Times = readonly (number | null)[];

/**
 * Recovery by role, of what its participants receive and of what they publish. A role without
 * subscriptions or publications has no entry for that direction.
 */
export const recoveryOfRoles = (
  load: readonly ConnectionHistory[],
  subscriptions: readonly SubscriptionFacts[],
  faults: FaultTimes,
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
    ...entry(role, 'publishing', timesOfPublications(published.get(role) ?? [], faults)),
  ]);
};

/** Times to recover of publications, each over all its subscribers. */
const timesOfPublications = (
  subscriptions: readonly SubscriptionFacts[],
  faults: FaultTimes,
): Times =>
  [
    ...Map.groupBy(subscriptions, ({ publisher, kind, source }) =>
      JSON.stringify([publisher, kind, source]),
    ).values(),
  ].map((ofOne) => recoveryOf(interruptionsOfAll(ofOne), faults).timeToRecoverMs);

/** Shortest interruption of a publication, ms, as of its subscriptions. */
const INTERRUPTION_MS = 500;

/** Time within which participants leave at the end, ms: the last one may be one without media. */
const CLOSING_MS = 5_000;

/**
 * Times in which no subscriber of a publication that was there received it. A time without
 * subscribers changes nothing.
 */
const interruptionsOfAll = (subscriptions: readonly SubscriptionFacts[]): Interruption[] => {
  const changes = subscriptions
    .flatMap(({ span, interruptions }) => [
      { at: span.fromAt, present: 1, lost: 0 },
      { at: span.toAt, present: -1, lost: 0 },
      ...interruptions.flatMap(({ fromAt, toAt }) => [
        { at: fromAt, present: 0, lost: 1 },
        { at: toAt ?? span.toAt, present: 0, lost: -1 },
      ]),
    ])
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  const found: Interruption[] = [];
  let present = 0;
  let lost = 0;
  for (const [index, change] of changes.entries()) {
    present += change.present;
    lost += change.lost;
    if (present === 0 || changes[index + 1]?.at === change.at) continue;
    const last = found.at(-1);
    const open = last?.toAt === null ? last : undefined;
    if (lost < present && open !== undefined) open.toAt = change.at;
    if (lost >= present && open === undefined) found.push({ fromAt: change.at, toAt: null });
  }
  const ends = subscriptions.map(({ interruptions }) => interruptions.at(-1)?.toAt);
  const last = found.at(-1);
  // All left as planned before they could receive it again.
  if (last?.toAt === null && !ends.includes(null))
    last.toAt = Math.max(...ends.map((toAt) => toAt ?? 0));
  const endsAt = Math.max(...subscriptions.map(({ span }) => span.toAt));
  return found.filter(({ fromAt, toAt }) =>
    toAt === null ? endsAt - fromAt > CLOSING_MS : toAt - fromAt > INTERRUPTION_MS,
  );
};

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
      timeToRecover: quantiles(interrupted),
    },
  ];
};
