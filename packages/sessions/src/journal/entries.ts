import type { Direction, Kind } from '@livekit-swarm/beacon/payload';

/** Codes of events in a session or its room. */
export const EVENT_CODES = [
  'room_started',
  'room_finished',
  'joined',
  'left',
  'reconnected',
  'path_changed',
  'track_published',
  'track_unpublished',
  'node_lost',
] as const;
export type EventCode = (typeof EVENT_CODES)[number];

/**
 * Facts about a session that its source knows. An undefined field leaves the stored value
 * unchanged.
 */
export interface SessionFacts {
  /** SID of the participant. */
  sid: string;
  room: string;
  identity: string;
  node?: string | undefined;
  path?: string | undefined;
  network?: string | undefined;
  sdk?: string | undefined;
  browser?: string | undefined;
  joinedAtMs?: number | undefined;
  leftAtMs?: number | undefined;
  leftReason?: string | undefined;
}

/** Figures of one stream in an interval. Counts are those of the interval, zeros included. */
export interface StreamFigures {
  direction: Direction;
  kind: Kind;
  /** SID of the publisher; null for own streams, and if the beacon does not name the publisher. */
  publisher: string | null;
  expectedMs: number;
  packets: number;
  lost: number;
  recovered: number;
  nacks: number;
  /** Mean jitter, ms; null: not measured. */
  jitterMs: number | null;
  rttMs: number | null;
  frames: number;
  framesDropped: number;
  freezeMs: number;
  codecMs: number;
  cpuLimitedMs: number;
  samples: number;
  /** Concealed samples without silent ones. */
  concealed: number;
}

/** Report on the media that one session sent and received in an interval, Unix ms. */
export interface Interval {
  fromMs: number;
  toMs: number;
  streams: readonly StreamFigures[];
}

export interface JournalEvent {
  code: EventCode;
  /**
   * Detail of the event, such as `udp → relay_tls`, `video camera` or `client_initiated`; null: the
   * code has none.
   */
  detail: string | null;
}

/** Entry of the journal: an event, an interval, or both. */
export interface Entry {
  /** Time of the entry, Unix ms. */
  atMs: number;
  room: string;
  /** Session of the entry; null: the entry concerns the room. */
  session: SessionFacts | null;
  interval?: Interval;
  event?: JournalEvent;
}

/**
 * Columns of a stream in the order in which they are stored. New columns are added at the end, so
 * that old rows stay readable.
 */
const COLUMNS = [
  'direction',
  'kind',
  'publisher',
  'expectedMs',
  'packets',
  'lost',
  'recovered',
  'nacks',
  'jitterMs',
  'rttMs',
  'frames',
  'framesDropped',
  'freezeMs',
  'codecMs',
  'cpuLimitedMs',
  'samples',
  'concealed',
] as const satisfies readonly (keyof StreamFigures)[];
type Missing = Exclude<keyof StreamFigures, (typeof COLUMNS)[number]>;
true satisfies [Missing] extends [never] ? true : never;

/** Encode streams as arrays, which take a third of the space of objects. */
export const encodeStreams = (streams: readonly StreamFigures[]): string =>
  JSON.stringify(streams.map((stream) => COLUMNS.map((column) => stream[column])));

export const decodeStreams = (text: string): StreamFigures[] =>
  (JSON.parse(text) as unknown[][]).map((values) => {
    const figures: Record<string, unknown> = { ...NOTHING };
    for (const [index, column] of COLUMNS.entries())
      figures[column] = values[index] ?? NOTHING[column];
    return figures as unknown as StreamFigures;
  });

const NOTHING: StreamFigures = {
  direction: 'down',
  kind: 'audio',
  publisher: null,
  expectedMs: 0,
  packets: 0,
  lost: 0,
  recovered: 0,
  nacks: 0,
  jitterMs: null,
  rttMs: null,
  frames: 0,
  framesDropped: 0,
  freezeMs: 0,
  codecMs: 0,
  cpuLimitedMs: 0,
  samples: 0,
  concealed: 0,
};
