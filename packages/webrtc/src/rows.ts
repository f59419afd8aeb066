/** How the addon lays out its tables: plain rows of numbers, because a thousand objects a second would cost more than the packets they describe. */
import type { DataFlowStats, Gap, PeerStats, ReceiverStats, SenderStats } from './pump.ts';

type Numbers<T> = { [K in keyof T]: number };

const SENDER_COLUMNS: (keyof SenderStats)[] = [
  'sender',
  'peer',
  'active',
  'packets',
  'bytes',
  'frames',
  'keyframes',
  'rtxPackets',
  'nackedPackets',
  'nacks',
  'plis',
  'firs',
  'remoteLost',
  'remoteJitterMs',
  'rttMs',
  'twccReceived',
  'twccLost',
  'lateSends',
  'maxLateMs',
  'sendErrors',
];

const RECEIVER_COLUMNS: (keyof ReceiverStats)[] = [
  'receiver',
  'peer',
  'packets',
  'bytes',
  'paddingPackets',
  'lostBeforeRecovery',
  'lost',
  'recovered',
  'duplicates',
  'outOfOrder',
  'jitterMs',
  'nacks',
  'nackedPackets',
  'plis',
  'keyframes',
  'layerSwitches',
  'width',
  'height',
  'firstPacketAt',
  'lastPacketAt',
  'gaps',
  'gapMs',
  'longestGapMs',
  'latencyP50Ms',
  'latencyP95Ms',
  'latencyMaxMs',
];

const PEER_COLUMNS: (keyof PeerStats)[] = [
  'peer',
  'rttMs',
  'socketDrops',
  'rembBps',
  'dataMessagesSent',
  'dataBytesSent',
  'dataMessagesReceived',
  'impairedUp',
  'impairedDroppedUp',
  'impairedDown',
  'impairedDroppedDown',
];

const FLOW_COLUMNS: (keyof DataFlowStats)[] = [
  'peer',
  'flow',
  'received',
  'bytes',
  'lost',
  'duplicates',
  'latencyP50Ms',
  'latencyP95Ms',
  'latencyMaxMs',
];

const GAP_COLUMNS: (keyof Gap)[] = ['receiver', 'from', 'to'];

/** Rows of `table` as objects, column by column. Throws when the addon and this file disagree about the columns. */
const readRows = <T>(table: Float64Array, columns: (keyof T)[]): Numbers<T>[] => {
  if (table.length % columns.length !== 0) {
    throw new Error(
      `the addon's table of ${table.length} numbers has no rows of ${columns.length}: rebuild packages/webrtc`,
    );
  }
  const rows: Numbers<T>[] = [];
  for (let at = 0; at < table.length; at += columns.length) {
    const row = {} as Numbers<T>;
    for (const [offset, column] of columns.entries())
      row[column] = table[at + offset] ?? Number.NaN;
    rows.push(row);
  }
  return rows;
};

export const readSenders = (table: Float64Array): SenderStats[] =>
  readRows<SenderStats>(table, SENDER_COLUMNS).map((row) => ({ ...row, active: row.active === 1 }));

export const readReceivers = (table: Float64Array): ReceiverStats[] =>
  readRows<ReceiverStats>(table, RECEIVER_COLUMNS);

export const readPeers = (table: Float64Array): PeerStats[] =>
  readRows<PeerStats>(table, PEER_COLUMNS);

export const readFlows = (table: Float64Array): DataFlowStats[] =>
  readRows<DataFlowStats>(table, FLOW_COLUMNS);

export const readGaps = (table: Float64Array): Gap[] => readRows<Gap>(table, GAP_COLUMNS);
