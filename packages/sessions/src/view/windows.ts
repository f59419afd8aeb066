import { NO_COUNTS, type ObservedSession, type ObservedStream } from '../diagnose/observation.ts';
import type { Interval, StreamFigures } from '../journal/entries.ts';
import type { StoredSession } from '../journal/read.ts';

/**
 * Length of a window, ms: the default interval of beacons' reports. Shorter windows would show no
 * more, since a report covers its interval as a whole.
 */
export const WINDOW_MS = 10_000;

export const windowOf = (atMs: number): number => Math.floor(atMs / WINDOW_MS) * WINDOW_MS;

/**
 * Spread the reports of sessions over windows, by the start of the window. Reports of different
 * participants begin at different times, so a report counts in each window by the part of it that
 * lies there.
 */
export const observe = (
  sessions: readonly StoredSession[],
  intervals: ReadonlyMap<number, readonly Interval[]>,
): Map<number, ObservedSession[]> => {
  const windows = new Map<number, Map<StoredSession, Map<string, ObservedStream>>>();
  for (const session of sessions) {
    for (const interval of intervals.get(session.id) ?? []) {
      for (let at = windowOf(interval.fromMs); at < interval.toMs; at += WINDOW_MS) {
        const share = shareWithin(interval, at);
        if (share <= 0) continue;
        const window = getOr(windows, at, () => new Map());
        const streams = getOr(window, session, () => new Map());
        addStreams(streams, interval.streams, share);
      }
    }
  }
  return new Map(
    [...windows].map(([at, observed]) => [
      at,
      sessions.map((session) => ({
        sid: session.sid,
        identity: session.identity,
        room: session.room,
        node: session.node,
        path: session.path,
        streams: [...(observed.get(session)?.values() ?? [])],
      })),
    ]),
  );
};

const shareWithin = ({ fromMs, toMs }: Interval, at: number): number =>
  (Math.min(toMs, at + WINDOW_MS) - Math.max(fromMs, at)) / Math.max(1, toMs - fromMs);

/**
 * Add the streams of a report to those of a window. Layers and tracks of one kind are distinguished
 * by their order in the report.
 */
const addStreams = (
  streams: Map<string, ObservedStream>,
  reported: readonly StreamFigures[],
  share: number,
): void => {
  const alike = new Map<string, number>();
  for (const figures of reported) {
    const kind = `${figures.direction} ${figures.kind} ${figures.publisher}`;
    const ordinal = alike.get(kind) ?? 0;
    alike.set(kind, ordinal + 1);
    addStream(streams, `${kind} ${ordinal}`, figures, share);
  }
};

const addStream = (
  streams: Map<string, ObservedStream>,
  key: string,
  figures: StreamFigures,
  share: number,
): void => {
  const { direction, kind, publisher } = figures;
  const before = streams.get(key) ?? { direction, kind, publisher, ...NO_COUNTS };
  streams.set(key, {
    direction,
    kind,
    publisher,
    expectedSeconds: before.expectedSeconds + (figures.expectedMs / 1_000) * share,
    packets: before.packets + figures.packets * share,
    lost: before.lost + figures.lost * share,
    recovered: before.recovered + figures.recovered * share,
    frames: before.frames + figures.frames * share,
    framesDropped: before.framesDropped + figures.framesDropped * share,
    freezeSeconds: before.freezeSeconds + (figures.freezeMs / 1_000) * share,
    codecSeconds: before.codecSeconds + (figures.codecMs / 1_000) * share,
    cpuLimitedSeconds: before.cpuLimitedSeconds + (figures.cpuLimitedMs / 1_000) * share,
    samples: before.samples + figures.samples * share,
    concealed: before.concealed + figures.concealed * share,
  });
};

const getOr = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
