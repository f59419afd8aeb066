import type { ConnectionHistory } from './connections.ts';
import type { Silence, Silences } from './interruptions.ts';
import type { PairRecovery } from './recovery.ts';

/** A pair, and every silence of it: what rooms and strips are made of. */
export interface PairFacts extends PairRecovery {
  silences: readonly Silence[];
}

/** The last packet before a fault came a moment before it. */
const BEFORE_MS = 500;

/** Every ordered pair of a room, for each kind of media that its people publish. */
export const pairsOf = (
  members: readonly ConnectionHistory[],
  kinds: readonly ('audio' | 'video')[],
  histories: Silences,
  faults: readonly { at: number }[],
): PairFacts[] =>
  members.flatMap((listener) =>
    members
      .filter((speaker) => speaker !== listener)
      .flatMap((speaker) =>
        kinds.map((kind): PairFacts => {
          const { silences, beganAt } = histories.of(listener.identity, speaker.identity, kind);
          const all = whole(silences, beganAt, listener, speaker);
          return {
            room: listener.room,
            listener: listener.identity,
            speaker: speaker.identity,
            kind,
            silences: all,
            ...recoveryOf(all, faults),
          };
        }),
      ),
  );

/** With what listeners cannot tell: that they, or the others, are out for good; and without what was only the end of the run. */
const whole = (
  silences: readonly Silence[],
  beganAt: number | null,
  listener: ConnectionHistory,
  speaker: ConnectionHistory,
): Silence[] => {
  const over = Math.min(leaving(listener), leaving(speaker));
  const told = silences.filter(({ fromAt }) => fromAt < over);
  if (told.at(-1)?.toAt === null) return told;
  const gone = [listener, speaker].flatMap(({ absences }) => {
    const last = absences.at(-1);
    return last?.state === 'out' && last.toAt === null ? [last.fromAt] : [];
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
  silences: readonly Silence[],
  faults: readonly { at: number }[],
): Pick<PairRecovery, 'lastBeforeAt' | 'firstAfterAt' | 'interruptionMs' | 'recoveredAfterMs'> => {
  const [first] = faults;
  const since = first === undefined ? Number.NEGATIVE_INFINITY : first.at;
  const touched = silences.filter(({ toAt }) => toAt === null || toAt > since);
  if (touched.length === 0)
    return { lastBeforeAt: null, firstAfterAt: null, interruptionMs: 0, recoveredAfterMs: 0 };
  const longest = touched.reduce((worst, silence) =>
    lengthOf(silence) > lengthOf(worst) ? silence : worst,
  );
  const never = touched.some(({ toAt }) => toAt === null);
  const told = {
    lastBeforeAt: longest.fromAt,
    firstAfterAt: longest.toAt,
    interruptionMs: longest.toAt === null ? null : lengthOf(longest),
  };
  if (never) return { ...told, recoveredAfterMs: null };
  const caused = touched.filter((silence, index) => belongs(silence, touched[index - 1], faults));
  return {
    ...told,
    recoveredAfterMs: Math.max(
      0,
      ...caused.map((silence) => (silence.toAt ?? 0) - causeOf(silence, faults)),
    ),
  };
};

/** A silence shorter than this that comes when media had long been back is a hiccup, and not what became of the fault. */
const HICCUP_MS = 1_000;
const SETTLED_MS = 5_000;

const belongs = (
  silence: Silence,
  before: Silence | undefined,
  faults: readonly { at: number }[],
): boolean =>
  lengthOf(silence) >= HICCUP_MS ||
  silence.fromAt - Math.max(before?.toAt ?? 0, causeOf(silence, faults)) < SETTLED_MS;

const lengthOf = ({ fromAt, toAt }: Silence): number => (toAt ?? Number.POSITIVE_INFINITY) - fromAt;

/** When the fault was injected that a silence came of: the last before it began. Without any fault: its own beginning. */
const causeOf = ({ fromAt }: Silence, faults: readonly { at: number }[]): number =>
  (faults.findLast(({ at }) => at <= fromAt + BEFORE_MS) ?? faults[0])?.at ?? fromAt;
