import {
  COUNTER_NAMES,
  COUNTERS,
  type CounterName,
  type Decryption,
  type TrackCounter,
} from '@livekit-swarm/record';
import type { DataFlowStats, PeerStats, ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';

/** How a counter of the catalogue is read from a row of the pump. */
export interface PumpCounter<Stats> {
  name: CounterName;
  read: (stats: Stats) => number;
}

type Columns = 'up' | 'down' | 'data';

/** Names of columns in the catalogue: this package does not compile when the pump has no such column. */
type ColumnOf<Row extends Columns> = {
  [Name in CounterName]: (typeof COUNTERS)[Name]['pump'] extends {
    readonly [Key in Row]: readonly (infer Column extends string)[];
  }
    ? Column
    : never;
}[CounterName];

type DerivedCounter = {
  [Name in CounterName]: (typeof COUNTERS)[Name]['pump'] extends { readonly up: 'derived' }
    ? Name
    : never;
}[CounterName];

/**
 * What the server missed at first: requested again, or still missing in its receiver reports where
 * it does not request. Transport-wide feedback does not measure it: LiveKit reports packets that
 * arrived before the track was set up as not received.
 */
const lostOnUplink = ({ nackedPackets, remoteLost }: SenderStats): number =>
  Math.max(nackedPackets, remoteLost);

const DERIVED = {
  lostBeforeRecovery: lostOnUplink,
  recovered: (stats) => Math.max(0, lostOnUplink(stats) - stats.remoteLost),
} satisfies Record<DerivedCounter, (stats: SenderStats) => number>;

const isDerived = (name: CounterName): name is DerivedCounter => Object.hasOwn(DERIVED, name);

const countersOf = <Stats extends Record<Column, number>, Column extends string>(
  direction: Columns,
): PumpCounter<Stats>[] =>
  COUNTER_NAMES.flatMap((name) => {
    const pump: { [Key in Columns]?: readonly string[] | 'derived' } = COUNTERS[name].pump;
    const columns = pump[direction];
    if (columns === undefined || columns === 'derived') return [];
    return [{ name, read: sumOf<Stats, Column>(columns as readonly Column[]) }];
  });

const sumOf =
  <Stats extends Record<Column, number>, Column extends string>(columns: readonly Column[]) =>
  (stats: Stats): number =>
    columns.reduce((sum, column) => sum + stats[column], 0);

export const SENDER_COUNTERS: readonly PumpCounter<SenderStats>[] = [
  ...countersOf<SenderStats, ColumnOf<'up'>>('up'),
  ...COUNTER_NAMES.filter(isDerived).map((name) => ({ name, read: DERIVED[name] })),
];

export const RECEIVER_COUNTERS = countersOf<ReceiverStats, ColumnOf<'down'>>('down');

export const FLOW_COUNTERS = countersOf<DataFlowStats, ColumnOf<'data'>>('data');

/** Of a track with end-to-end encryption; without, all are 0. */
export const decryptionOf = (stats: ReceiverStats): Decryption => ({
  decrypted: stats.decryptedFrames,
  undecryptable: stats.undecryptableFrames,
  keyChanges: stats.keyChanges,
});

/** The same of the data messages of a peer. */
export const messageDecryptionOf = (stats: PeerStats): Decryption => ({
  decrypted: stats.dataMessagesDecrypted,
  undecryptable: stats.dataMessagesUndecryptable,
  keyChanges: 0,
});

export const isEncrypted = ({ decrypted, undecryptable }: Decryption): boolean =>
  decrypted + undecryptable > 0;

/** The counters of a track's result as the pump has them. */
export const trackCounters = <Stats>(
  counters: readonly PumpCounter<Stats>[],
  stats: Stats,
): Partial<Record<TrackCounter, number>> =>
  Object.fromEntries(
    counters.flatMap(({ name, read }) => {
      const counter = COUNTERS[name];
      return 'track' in counter ? [[counter.track, read(stats)]] : [];
    }),
  );
