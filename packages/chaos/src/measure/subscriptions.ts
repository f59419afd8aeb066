import type { ConnectionHistory } from './connections.ts';
import type { Interruption, Interruptions } from './interruptions.ts';
import type { SubscriptionRecovery } from './recovery.ts';

/** A pair, and every interruption of it: what rooms and strips are made of. */
export interface SubscriptionFacts extends SubscriptionRecovery {
  interruptions: readonly Interruption[];
}

/** The last packet before a fault came a moment before it. */
const BEFORE_MS = 500;

/** Every ordered pair of a room, for each kind of media that its people publish. */
export const subscriptionsOf = (
  members: readonly ConnectionHistory[],
  kinds: readonly ('audio' | 'video')[],
  histories: Interruptions,
  faults: readonly { injectedAt: number }[],
): SubscriptionFacts[] =>
  members.flatMap((listener) =>
    members
      .filter((speaker) => speaker !== listener)
      .flatMap((speaker) =>
        kinds.map((kind): SubscriptionFacts => {
          const { interruptions, startedAt } = histories.of(
            listener.identity,
            speaker.identity,
            kind,
          );
          const all = whole(interruptions, startedAt, listener, speaker);
          return {
            room: listener.room,
            subscriber: listener.identity,
            publisher: speaker.identity,
            kind,
            interruptions: all,
            ...recoveryOf(all, faults),
          };
        }),
      ),
  );

/** With what listeners cannot tell: that they, or the others, are out for good; and without what was only the end of the run. */
const whole = (
  interruptions: readonly Interruption[],
  beganAt: number | null,
  listener: ConnectionHistory,
  speaker: ConnectionHistory,
): Interruption[] => {
  const over = Math.min(leaving(listener), leaving(speaker));
  const told = interruptions.filter(({ fromAt }) => fromAt < over);
  if (told.at(-1)?.toAt === null) return told;
  const gone = [listener, speaker].flatMap(({ disconnections }) => {
    const last = disconnections.at(-1);
    return last?.state === 'disconnected' && last.toAt === null ? [last.fromAt] : [];
  });
  if (gone.length > 0) return [...told, { fromAt: Math.min(...gone), toAt: null }];
  const bothIn = Math.max(
    listener.joinedAt ?? Number.POSITIVE_INFINITY,
    speaker.joinedAt ?? Number.POSITIVE_INFINITY,
  );
  return beganAt === null && told.length === 0 && bothIn < over
    ? [{ fromAt: bothIn, toAt: null }]
    : told;
};

const leaving = ({ leftAt }: ConnectionHistory): number => leftAt ?? Number.POSITIVE_INFINITY;

const recoveryOf = (
  interruptions: readonly Interruption[],
  faults: readonly { injectedAt: number }[],
): Pick<
  SubscriptionRecovery,
  'lastPacketAt' | 'firstPacketAt' | 'interruptionMs' | 'timeToRecoverMs'
> => {
  const [first] = faults;
  const since = first === undefined ? Number.NEGATIVE_INFINITY : first.injectedAt;
  const touched = interruptions.filter(({ toAt }) => toAt === null || toAt > since);
  if (touched.length === 0)
    return { lastPacketAt: null, firstPacketAt: null, interruptionMs: 0, timeToRecoverMs: 0 };
  const longest = touched.reduce((worst, interruption) =>
    lengthOf(interruption) > lengthOf(worst) ? interruption : worst,
  );
  const never = touched.some(({ toAt }) => toAt === null);
  const told = {
    lastPacketAt: longest.fromAt,
    firstPacketAt: longest.toAt,
    interruptionMs: longest.toAt === null ? null : lengthOf(longest),
  };
  if (never) return { ...told, timeToRecoverMs: null };
  const caused = touched.filter((interruption, index) =>
    belongs(interruption, touched[index - 1], faults),
  );
  return {
    ...told,
    timeToRecoverMs: Math.max(
      0,
      ...caused.map((interruption) => (interruption.toAt ?? 0) - causeOf(interruption, faults)),
    ),
  };
};

/** A interruption shorter than this that comes when media had long been back is a hiccup, and not what became of the fault. */
const HICCUP_MS = 1_000;
const SETTLED_MS = 5_000;

const belongs = (
  interruption: Interruption,
  before: Interruption | undefined,
  faults: readonly { injectedAt: number }[],
): boolean =>
  lengthOf(interruption) >= HICCUP_MS ||
  interruption.fromAt - Math.max(before?.toAt ?? 0, causeOf(interruption, faults)) < SETTLED_MS;

const lengthOf = ({ fromAt, toAt }: Interruption): number =>
  (toAt ?? Number.POSITIVE_INFINITY) - fromAt;

/** When the fault was injected that a interruption came of: the last before it began. Without any fault: its own beginning. */
const causeOf = ({ fromAt }: Interruption, faults: readonly { injectedAt: number }[]): number =>
  (faults.findLast(({ injectedAt }) => injectedAt <= fromAt + BEFORE_MS) ?? faults[0])
    ?.injectedAt ?? fromAt;
