import type { Direction, Kind } from '@livekit-swarm/beacon/payload';

/** What happened in a session or to its room. */
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

/** A session as far as its source knows it. What is undefined stays as it was. */
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
  /** SID; null for own streams, and where the beacon does not name it. */
  publisher: string | null;
  expectedMs: number;
  packets: number;
  lost: number;
  recovered: number;
  nacks: number;
  /** Mean; null: not measured. */
  jitterMs: number | null;
  rttMs: number | null;
  frames: number;
  framesDropped: number;
  freezeMs: number;
  codecMs: number;
  cpuLimitedMs: number;
  samples: number;
  /** Silent ones are not included. */
  concealed: number;
}

/** A report: what one session sent and received from one time to another, Unix ms. */
export interface Interval {
  fromMs: number;
  toMs: number;
  streams: readonly StreamFigures[];
}

export interface JournalEvent {
  code: EventCode;
  /** `udp → relay_tls`, `video camera`, `client_initiated`; null: the code is all. */
  detail: string | null;
}

/** One thing to write. */
export interface Entry {
  /** When it happened, Unix ms. */
  atMs: number;
  room: string;
  /** Null: it concerns the room. */
  session: SessionFacts | null;
  interval?: Interval;
  event?: JournalEvent;
}

/** The columns of a stream in the order in which they are stored. New ones are added at the end, so that old rows stay readable. */
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

/** A third of the space of objects. */
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
