import { COUNTERS, SERIES_COUNTERS, TRACK_COUNTERS } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import { dataStats, receiverStats, senderStats } from '../../../test/support/streams.ts';
import {
  FLOW_COUNTERS,
  type PumpCounter,
  RECEIVER_COUNTERS,
  SENDER_COUNTERS,
  trackCounters,
} from './pump-counters.ts';

/** Row in which every column has a different value, so that a swapped column is noticed. */
const distinct = <Stats extends object>(row: Stats): Stats =>
  Object.fromEntries(
    Object.keys(row).map((column, index) => [column, 1_000 + 2 ** index]),
  ) as Stats;

const namesOf = <Stats extends object>(counters: readonly PumpCounter<Stats>[], row: Stats) => {
  const columns = new Map(Object.entries(row).map(([column, value]) => [value, column]));
  return Object.fromEntries(
    counters.map(({ name, read }) => [name, columns.get(read(row)) ?? 'several']),
  );
};

describe('counters read from the pump', () => {
  it('have these columns for a sender', () => {
    const row = distinct(senderStats());
    expect(namesOf(SENDER_COUNTERS, row)).toEqual({
      packets: 'packets',
      bytes: 'bytes',
      lost: 'remoteLost',
      lostBeforeRecovery: 'remoteLost',
      recovered: 'several',
      nacksReceived: 'nacks',
      plisReceived: 'several',
      rtxPackets: 'rtxPackets',
      framesSent: 'frames',
      keyframes: 'keyframes',
      lateSends: 'lateSends',
      sendErrors: 'sendErrors',
    });
    expect(trackCounters(SENDER_COUNTERS, row).plis).toBe(row.plis + row.firs);
  });

  it('have these columns for a receiver', () => {
    expect(namesOf(RECEIVER_COUNTERS, distinct(receiverStats()))).toEqual({
      packets: 'packets',
      bytes: 'bytes',
      lostBeforeRecovery: 'lostBeforeRecovery',
      lost: 'lost',
      recovered: 'recovered',
      duplicates: 'duplicates',
      outOfOrder: 'outOfOrder',
      nacksSent: 'nacks',
      plisSent: 'plis',
      rtxPackets: 'recovered',
      keyframes: 'keyframes',
      layerSwitches: 'layerSwitches',
      interruptions: 'interruptions',
      interruptionMs: 'interruptionMs',
      longestInterruptionMs: 'longestInterruptionMs',
      width: 'width',
      height: 'height',
    });
  });

  it('have these columns for a data flow', () => {
    expect(namesOf(FLOW_COUNTERS, distinct(dataStats()))).toEqual({
      packets: 'received',
      bytes: 'bytes',
      lostBeforeRecovery: 'lost',
      lost: 'lost',
      duplicates: 'duplicates',
    });
  });

  it('count packets that the server requested again or still lacks as lost on the uplink', () => {
    const lost = (nackedPackets: number, remoteLost: number) =>
      trackCounters(SENDER_COUNTERS, senderStats({ nackedPackets, remoteLost }));
    expect(lost(5, 2)).toMatchObject({ lostBeforeRecovery: 5, lost: 2, recovered: 3 });
    expect(lost(1, 4)).toMatchObject({ lostBeforeRecovery: 4, lost: 4, recovered: 0 });
  });

  it('have a column of the pump for each counter of the record', () => {
    const read = new Set<string>(
      [...SENDER_COUNTERS, ...RECEIVER_COUNTERS, ...FLOW_COUNTERS].map(({ name }) => name),
    );
    expect(SERIES_COUNTERS.filter((name) => !read.has(name))).toEqual(['tracks']);
    const tracks = new Set<string | null>(
      [...read].map((name) => COUNTERS[name as 'packets'].track),
    );
    expect([...TRACK_COUNTERS.keys()].filter((name) => !tracks.has(name))).toEqual([]);
  });
});
