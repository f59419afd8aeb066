import { emptyBins } from '@livekit-swarm/metrics';
import type { SeriesLabels, SeriesSample } from './record.ts';

/** A group of tracks that did nothing. */
export const emptySeries = (labels: SeriesLabels): SeriesSample => ({
  labels,
  tracks: 0,
  packets: 0,
  bytes: 0,
  lostBeforeRecovery: 0,
  lost: 0,
  recovered: 0,
  duplicates: 0,
  outOfOrder: 0,
  nacksSent: 0,
  nacksReceived: 0,
  plisSent: 0,
  plisReceived: 0,
  rtxPackets: 0,
  keyframes: 0,
  layerSwitches: 0,
  interruptions: 0,
  interruptionMs: 0,
  lateSends: 0,
  sendErrors: 0,
  layers: {},
  latency: emptyBins(),
  jitter: emptyBins(),
  rtt: emptyBins(),
});
