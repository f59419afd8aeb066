import {
  COUNTER_NAMES,
  COUNTERS,
  type CounterName,
  type Decryption,
  type TrackCounter,
} from '@livekit-swarm/record';
import type { DataFlowStats, PeerStats, ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';

/** Counter of the catalogue, with the function that reads it from a row of the pump. */
export interface PumpCounter<Stats> {
  name: CounterName;
  read: (stats: Stats) => number;
}

type Columns = 'up' | 'down' | 'data';

/** Columns of the catalogue: without one of them in the pump, this package does not compile. */
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
 * Packets that the server lacked at first: it requested them again, or its receiver reports count
 * them as lost if it does not request. Transport-wide feedback does not measure this: LiveKit
 * reports packets from before the track was set up as not received.
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

/** Decryption of a track; all counters are 0 without end-to-end encryption. */
export const decryptionOf = (stats: ReceiverStats): Decryption => ({
  decrypted: stats.decryptedFrames,
  undecryptable: stats.undecryptableFrames,
  keyChanges: stats.keyChanges,
});

/** Decryption of a peer's data messages. */
export const messageDecryptionOf = (stats: PeerStats): Decryption => ({
  decrypted: stats.dataMessagesDecrypted,
  undecryptable: stats.dataMessagesUndecryptable,
  keyChanges: 0,
});

export const isEncrypted = ({ decrypted, undecryptable }: Decryption): boolean =>
  decrypted + undecryptable > 0;

/** Counters of a track's result. */
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
