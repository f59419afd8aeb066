import {
  COUNTER_NAMES,
  COUNTERS,
  type Counter,
  type CounterName,
  type Decryption,
  type DerivedColumns,
  type TrackCounter,
} from '@livekit-swarm/record';
import type { DataFlowStats, PeerStats, ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';

/** Counter of the catalogue, with the function that reads it from a row of the pump. */
export interface PumpCounter<Stats> {
  name: CounterName;
  read: (stats: Stats) => number;
}

type Columns = 'up' | 'down' | 'data';

/** Names of the columns of a counter. */
type NamesIn<Given> = Given extends readonly (infer Column extends string)[]
  ? Column
  : Given extends {
        most: readonly (infer Column extends string)[];
        minus: readonly (infer Subtracted extends string)[];
      }
    ? Column | Subtracted
    : never;

/** Columns of the catalogue: without one of them in the pump, this package does not compile. */
type ColumnOf<Row extends Columns> = {
  [Name in CounterName]: (typeof COUNTERS)[Name]['pump'] extends {
    readonly [Key in Row]: infer Given;
  }
    ? NamesIn<Given>
    : never;
}[CounterName];

const countersOf = <Stats extends Record<Column, number>, Column extends string>(
  direction: Columns,
): PumpCounter<Stats>[] =>
  COUNTER_NAMES.flatMap((name) => {
    const pump: Counter['pump'] = COUNTERS[name].pump;
    const given = pump[direction];
    return given === undefined ? [] : [{ name, read: readerOf<Stats, Column>(given) }];
  });

const readerOf = <Stats extends Record<Column, number>, Column extends string>(
  given: readonly string[] | DerivedColumns,
): ((stats: Stats) => number) => {
  // The catalogue has no other columns: see `ColumnOf`.
  const at = (stats: Stats, column: string): number => stats[column as Column];
  const sum = (stats: Stats, columns: readonly string[]): number =>
    columns.reduce((total, column) => total + at(stats, column), 0);
  if (!('most' in given)) return (stats) => sum(stats, given);
  return (stats) => {
    const most = given.most.reduce((max, column) => Math.max(max, at(stats, column)), 0);
    return Math.max(0, most - sum(stats, given.minus));
  };
};

export const SENDER_COUNTERS = countersOf<SenderStats, ColumnOf<'up'>>('up');

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
