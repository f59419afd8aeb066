import type { DataFlowStats, PeerStats, ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';
import type { DownStream, Peer, UpStream } from '../../src/native/stream-book.ts';

/** Counters and streams for tests: nothing happened but what is given. */
export const senderStats = (given: Partial<SenderStats> = {}): SenderStats => ({
  sender: 1,
  peer: 1,
  active: 1,
  packets: 0,
  bytes: 0,
  frames: 0,
  keyframes: 0,
  rtxPackets: 0,
  nackedPackets: 0,
  nacks: 0,
  plis: 0,
  firs: 0,
  remoteLost: 0,
  remoteJitterMs: 0,
  rttMs: Number.NaN,
  twccReceived: 0,
  twccLost: 0,
  lateSends: 0,
  maxLateMs: 0,
  sendErrors: 0,
  unreachableSends: 0,
  ...given,
});

export const receiverStats = (given: Partial<ReceiverStats> = {}): ReceiverStats => ({
  receiver: 1,
  peer: 1,
  packets: 0,
  bytes: 0,
  paddingPackets: 0,
  lostBeforeRecovery: 0,
  lost: 0,
  recovered: 0,
  duplicates: 0,
  outOfOrder: 0,
  jitterMs: 0,
  nacks: 0,
  nackedPackets: 0,
  plis: 0,
  keyframes: 0,
  layerSwitches: 0,
  width: 0,
  height: 0,
  firstPacketAt: Number.NaN,
  lastPacketAt: Number.NaN,
  interruptions: 0,
  interruptionMs: 0,
  longestInterruptionMs: 0,
  latencyP50Ms: Number.NaN,
  latencyP95Ms: Number.NaN,
  latencyMaxMs: Number.NaN,
  ...given,
});

export const dataStats = (given: Partial<DataFlowStats> = {}): DataFlowStats => ({
  peer: 1,
  flow: 1,
  received: 0,
  bytes: 0,
  lost: 0,
  duplicates: 0,
  latencyP50Ms: Number.NaN,
  latencyP95Ms: Number.NaN,
  latencyMaxMs: Number.NaN,
  ...given,
});

const counted = {
  handle: 1,
  peer: 1,
  owner: { group: 'load', role: 'publisher' },
  taken: null,
  ended: false,
} as const;

export const upStream = (given: Partial<UpStream> = {}): UpStream => ({
  ...counted,
  stats: senderStats(),
  kind: 'audio',
  codec: 'opus',
  cid: 'mic',
  layer: null,
  first: true,
  width: 0,
  height: 0,
  ...given,
});

export const downStream = (given: Partial<DownStream> = {}): DownStream => ({
  ...counted,
  stats: receiverStats(),
  kind: 'audio',
  silent: false,
  codec: 'opus',
  trackSid: 'TR_1',
  ...given,
});

export const peerOf = (given: Partial<PeerStats> = {}): Peer => ({
  owner: { group: 'load', role: 'publisher' },
  stats: {
    peer: 1,
    rttMs: Number.NaN,
    socketDrops: 0,
    rembBps: 0,
    dataMessagesSent: 0,
    dataBytesSent: 0,
    dataMessagesReceived: 0,
    impairedUp: 0,
    impairedDroppedUp: 0,
    impairedDown: 0,
    impairedDroppedDown: 0,
    ...given,
  },
  taken: null,
  ended: false,
  flows: new Map(),
});
