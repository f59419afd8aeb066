import type {
  DataFlowStats,
  Interruption,
  PeerStats,
  ReceiverStats,
  SampleColumns,
  SampleTables,
  SenderStats,
} from './addon.d.ts';
import type { PumpSample } from './pump.ts';

type Numbers<Row> = { [Column in keyof Row]: number };

/**
 * A row of a table, which it is a view of: as objects with a property for each number, the rows of
 * each second would be most of what a worker leaves to its garbage collection.
 */
abstract class RowView {
  readonly table: Float64Array;
  readonly at: number;

  constructor(table: Float64Array, at: number) {
    this.table = table;
    this.at = at;
  }

  /** The same row without the rest of its table. */
  abstract detached(): RowView;
}

/** The same row, to be kept for long: a row that was read keeps its whole table. */
export const detachedRow = <Row>(row: Row): Row =>
  row instanceof RowView ? (row.detached() as Row) : row;

/**
 * Reads the rows of tables with these columns, in the order of the numbers of a row.
 * @throws Error when a table does not consist of whole rows
 */
const rowReader = <Row>(columns: (keyof Row)[]): ((table: Float64Array) => Numbers<Row>[]) => {
  class View extends RowView {
    detached(): View {
      return new View(this.table.slice(this.at, this.at + columns.length), 0);
    }
  }
  for (const [offset, column] of columns.entries())
    Object.defineProperty(View.prototype, column, {
      get(this: View) {
        return this.table[this.at + offset];
      },
    });
  return (table) => {
    if (columns.length === 0 || table.length % columns.length !== 0)
      throw new Error(`a table of ${table.length} numbers has no rows of ${columns.length}`);
    const rows: Numbers<Row>[] = [];
    for (let at = 0; at < table.length; at += columns.length)
      rows.push(new View(table, at) as View & Numbers<Row>);
    return rows;
  };
};

/**
 * The columns of the addon and the fields of the rows come from one declaration in Rust;
 * `contract.test.ts` compares them.
 */
const columnsOf = <Row>(names: string[]): (keyof Row)[] => names as (keyof Row)[];

/** Turns the tables of a sample into rows. Columns may be in any order: only their names count. */
export const sampleReader = (names: SampleColumns): ((tables: SampleTables) => PumpSample) => {
  const senders = rowReader(columnsOf<SenderStats>(names.senders));
  const receivers = rowReader(columnsOf<ReceiverStats>(names.receivers));
  const peers = rowReader(columnsOf<PeerStats>(names.peers));
  const flows = rowReader(columnsOf<DataFlowStats>(names.flows));
  const interruptions = rowReader(columnsOf<Interruption>(names.interruptions));
  return (tables) => ({
    ...tables,
    senders: senders(tables.senders),
    receivers: receivers(tables.receivers),
    peers: peers(tables.peers),
    flows: flows(tables.flows),
    interruptions: interruptions(tables.interruptions),
  });
};
