import type { EventLine } from '@livekit-swarm/record';

/** A stretch without media, ms after the run's start; `toAt` null: it did not end. */
export interface Silence {
  fromAt: number;
  toAt: number | null;
}

/** What one listener got of one publication of one speaker. */
export interface PairHistory {
  listener: string;
  speaker: string;
  kind: 'audio' | 'video';
  /** First packet at all; null: none came. */
  beganAt: number | null;
  /** In order; only the last can be open. */
  silences: Silence[];
}

export interface Silences {
  add(event: EventLine): void;
  of(listener: string, speaker: string, kind: 'audio' | 'video'): PairHistory;
}

/** Keeps, for each ordered pair, when media stopped and came back, as the listeners' events say. */
export const createSilences = (): Silences => {
  const pairs = new Map<string, PairHistory>();
  const of: Silences['of'] = (listener, speaker, kind) => {
    const key = `${kind} ${listener} ${speaker}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    const made: PairHistory = { listener, speaker, kind, beganAt: null, silences: [] };
    pairs.set(key, made);
    return made;
  };
  return {
    of,
    add: ({ event, at, identity, from, kind, ms = 0 }) => {
      if (identity === undefined || from === undefined || kind === undefined) return;
      const pair = of(identity, from, kind);
      const last = pair.silences.at(-1);
      const open = last?.toAt === null ? last : undefined;
      if (event === 'media_started') pair.beganAt ??= at;
      if (event === 'media_interrupted' && open === undefined)
        pair.silences.push({ fromAt: at, toAt: null });
      if (event !== 'media_resumed') return;
      // It tells the whole silence: when the loss was told of before, with the same beginning.
      if (open === undefined) pair.silences.push({ fromAt: at - ms, toAt: at });
      else open.toAt = at;
    },
  };
};
