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
 * Reads the rows of a table by the names of its columns.
 * @param columns in the order of the numbers of a row
 * @throws Error when the table does not consist of whole rows
 */
const readRows = <Row>(table: Float64Array, columns: (keyof Row)[]): Numbers<Row>[] => {
  if (columns.length === 0 || table.length % columns.length !== 0)
    throw new Error(`a table of ${table.length} numbers has no rows of ${columns.length}`);
  const rows: Numbers<Row>[] = [];
  for (let at = 0; at < table.length; at += columns.length) {
    const row = {} as Numbers<Row>;
    for (const [offset, column] of columns.entries())
      row[column] = table[at + offset] ?? Number.NaN;
    rows.push(row);
  }
  return rows;
};

/** The columns of the addon and the fields of the rows come from one declaration in Rust; `contract.test.ts` compares them. */
const columnsOf = <Row>(names: string[]): (keyof Row)[] => names as (keyof Row)[];

/** Turns the tables of a sample into rows. Columns may be in any order: only their names count. */
export const sampleReader = (names: SampleColumns): ((tables: SampleTables) => PumpSample) => {
  const columns = {
    senders: columnsOf<SenderStats>(names.senders),
    receivers: columnsOf<ReceiverStats>(names.receivers),
    peers: columnsOf<PeerStats>(names.peers),
    flows: columnsOf<DataFlowStats>(names.flows),
    interruptions: columnsOf<Interruption>(names.interruptions),
  };
  return (tables) => ({
    ...tables,
    senders: readRows(tables.senders, columns.senders),
    receivers: readRows(tables.receivers, columns.receivers),
    peers: readRows(tables.peers, columns.peers),
    flows: readRows(tables.flows, columns.flows),
    interruptions: readRows(tables.interruptions, columns.interruptions),
  });
};
