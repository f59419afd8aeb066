import { emptyBins, Sketch } from '@livekit-swarm/metrics';
import { expect, test } from 'vitest';
import { ClientStreams } from './client-streams.ts';
import { readStats, type TrackFacts } from './read-stats.ts';
import type { Stat } from './stat.ts';

const OWNER = { group: 'witness', role: 'browser' };

const VIDEO: TrackFacts = {
  id: 'v',
  sid: 'TR_V1',
  kind: 'video',
  source: 'camera',
  publisher: 'host',
  expected: true,
};

const statsOf = (packets: number, more: Partial<Stat> = {}): Stat[] => [
  { type: 'codec', id: 'c', mimeType: 'video/VP8' },
  { type: 'transport', id: 't', selectedCandidatePairId: 'p' },
  {
    type: 'candidate-pair',
    id: 'p',
    currentRoundTripTime: 0.02,
    availableIncomingBitrate: 500_000,
  },
  {
    type: 'inbound-rtp',
    id: 'i',
    ssrc: 1,
    codecId: 'c',
    trackIdentifier: 'v',
    packetsReceived: packets,
    packetsLost: 6,
    retransmittedPacketsReceived: 4,
    framesDecoded: packets / 2,
    freezeCount: 1,
    totalFreezesDuration: 0.5,
    jitterBufferDelay: packets * 0.05,
    jitterBufferEmittedCount: packets,
    frameWidth: 640,
    frameHeight: 360,
    ...more,
  },
];

const read = (streams: ClientStreams, stats: Stat[], at: number, facts = VIDEO): void =>
  streams.read([readStats(stats, [facts])], at);

test('a series has the differences since the previous one, the result the totals', () => {
  const streams = new ClientStreams();
  read(streams, statsOf(100), 1_000);
  streams.take(OWNER, true);
  read(streams, statsOf(160, { freezeCount: 3, totalFreezesDuration: 1.25 }), 2_000);
  const [series, ...others] = streams.take(OWNER, true);
  expect(others).toEqual([]);
  expect(series).toMatchObject({
    labels: { direction: 'down', kind: 'video', codec: 'vp8', ...OWNER },
    tracks: 1,
    packets: 60,
    lost: 0,
    recovered: 0,
    layers: { 360: 1 },
    playout: { framesDecoded: 30, freezes: 2, freezeMs: 750 },
  });
  expect(streams.results(2_500)).toMatchObject([
    {
      publisher: 'host',
      packets: 160,
      lostBeforeRecovery: 6,
      lost: 2,
      recovered: 4,
      activeAtEnd: true,
      playout: { framesDecoded: 80, freezes: 3, freezeMs: 1_250, jitterBufferDelayMs: 50 },
    },
  ]);
});

test('series have the frame latency of their interval, results that of the session, on the clock of publishers', () => {
  const streams = new ClientStreams();
  const timed = (count: number, latencyMs: number): TrackFacts => ({
    ...VIDEO,
    timed: { count, latencyMs },
  });
  read(streams, statsOf(100), 1_000, timed(10, 900));
  streams.take(OWNER, true, 10);
  read(streams, statsOf(160), 2_000, timed(30, 1_900));
  const [series] = streams.take(OWNER, true, 10);
  const { frameLatency } = series?.playout ?? {};
  const sketch = new Sketch();
  sketch.addBins(frameLatency ?? emptyBins());
  expect([sketch.count, sketch.max]).toEqual([1, expect.closeTo(60, -0.5)]);
  expect(streams.results(2_000, 10)).toMatchObject([
    { playout: { frameLatencyMs: 10 + 1_900 / 30 } },
  ]);
});

test('measurements of a starved client are in its result, but in no series', () => {
  const streams = new ClientStreams();
  read(streams, statsOf(100), 1_000);
  expect(streams.take(OWNER, false)).toEqual([]);
  read(streams, statsOf(160), 2_000);
  expect(streams.take(OWNER, true)).toMatchObject([{ packets: 60 }]);
  expect(streams.results(2_000)).toMatchObject([{ packets: 160 }]);
});

test('no packets of an unmuted track are an interruption', () => {
  const streams = new ClientStreams();
  read(streams, statsOf(100), 1_000);
  read(streams, statsOf(100), 2_000);
  read(streams, statsOf(150), 4_000);
  expect(streams.results(4_000)).toMatchObject([
    { interruptions: 1, interruptionMs: 3_000, longestInterruptionMs: 3_000 },
  ]);
});

test('a muted track without packets is neither interrupted nor stalled', () => {
  const streams = new ClientStreams();
  const muted = { ...VIDEO, expected: false };
  read(streams, statsOf(100), 1_000);
  read(streams, statsOf(100), 2_000, muted);
  read(streams, statsOf(100), 9_000, muted);
  expect(streams.results(9_000)).toMatchObject([{ interruptions: 0, activeAtEnd: true }]);
});

test('streams that replace each other at a reconnect are one track', () => {
  const streams = new ClientStreams();
  read(streams, statsOf(100), 1_000);
  const again = statsOf(40, { ssrc: 2, trackIdentifier: 'v2' });
  read(streams, again, 2_000, { ...VIDEO, id: 'v2', sid: 'TR_V2' });
  expect(streams.results(2_000)).toMatchObject([{ sid: 'TR_V2', packets: 140, lost: 4 }]);
});
