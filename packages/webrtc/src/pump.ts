import type {
  CohortLatency,
  DataFlowStats,
  Interruption,
  NativePump,
  PeerStats,
  ReceiverStats,
  SampleTables,
  SenderStats,
} from './addon.d.ts';

/** The row of each table of a sample. */
interface SampleRows {
  senders: SenderStats;
  receivers: ReceiverStats;
  peers: PeerStats;
  flows: DataFlowStats;
  interruptions: Interruption;
}

type TableName = keyof SampleRows;

/** A sample with its tables as rows. */
export type PumpSample = Omit<SampleTables, TableName> & {
  [Table in TableName]: SampleRows[Table][];
};

/** Bins of a DDSketch, as `CohortLatency` describes them. */
export type Bins = Omit<CohortLatency, 'cohort'>;

/**
 * The pump: sockets, streams and counters. It knows neither LiveKit nor SDP. `addon.d.ts` documents
 * its calls.
 */
export interface Pump extends NativePump {
  /** Reads all counters. */
  sample(): PumpSample;
}

// The addon exports these as well. They are repeated here because they are needed where no addon is
// loaded; a test compares them.

/** Cohorts are numbered from 0 to one less than this. */
export const COHORTS = 4096;
/** Bytes that the template of a data flow must leave free for the stamp. */
export const DATA_STAMP_BYTES = 20;
/** Without a media packet for longer than this, media is interrupted, ms. */
export const INTERRUPTION_MS = 500;
