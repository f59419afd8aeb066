import { Sketch } from '@livekit-swarm/metrics';
import type { ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';
import { expect, test } from 'vitest';
import {
  dataStats,
  downStream,
  peerOf,
  receiverStats,
  senderStats,
  upStream,
} from '../../../test/support/streams.ts';
import { seriesOf } from './series.ts';
import { StreamRegistry } from './stream-registry.ts';

const NO_LATENCY = new Map<number, Sketch>();

const sender = (
  registry: StreamRegistry,
  handle: number,
  stats: Partial<SenderStats>,
  stream: Parameters<typeof upStream>[0] = {},
) => {
  registry.up.set(
    handle,
    upStream({ ...stream, handle, stats: senderStats({ ...stats, sender: handle }) }),
  );
};

const receiver = (
  registry: StreamRegistry,
  handle: number,
  stats: Partial<ReceiverStats>,
  stream: Parameters<typeof downStream>[0] = {},
) => {
  registry.down.set(
    handle,
    downStream({ ...stream, handle, stats: receiverStats({ ...stats, receiver: handle }) }),
  );
};

test('a series has the differences since the last sample', () => {
  const registry = new StreamRegistry();
  receiver(registry, 1, {
    packets: 100,
    bytes: 9_000,
    lost: 2,
    lostBeforeRecovery: 5,
    recovered: 3,
    nacks: 4,
  });
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({
    packets: 100,
    bytes: 9_000,
    lost: 2,
    recovered: 3,
    nacksSent: 4,
    tracks: 1,
  });
  registry.settle();
  receiverOf(registry, 1, {
    packets: 150,
    bytes: 13_500,
    lost: 1,
    lostBeforeRecovery: 5,
    recovered: 4,
    nacks: 4,
  });
  // A packet that was counted as lost has arrived late.
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({
    packets: 50,
    bytes: 4_500,
    lost: -1,
    lostBeforeRecovery: 0,
    recovered: 1,
    nacksSent: 0,
  });
});

const receiverOf = (registry: StreamRegistry, handle: number, stats: Partial<ReceiverStats>) => {
  const stream = registry.down.get(handle);
  if (stream !== undefined) stream.stats = receiverStats({ ...stats, receiver: handle });
};

test('streams are added up by direction, kind, role and codec', () => {
  const registry = new StreamRegistry();
  const owner = { group: 'load', role: 'subscriber' };
  receiver(registry, 1, { packets: 10 });
  receiver(registry, 2, { packets: 20 });
  receiver(registry, 3, { packets: 5 }, { owner });
  receiver(registry, 4, { packets: 7, height: 360 }, { kind: 'video', codec: 'vp8' });
  const series = seriesOf(registry, NO_LATENCY).map(
    ({ labels, packets, tracks }) =>
      `${labels.kind} ${labels.role} ${labels.codec} ${packets} ${tracks}`,
  );
  expect(series).toEqual([
    'audio publisher opus 30 2',
    'audio subscriber opus 5 1',
    'video publisher vp8 7 1',
  ]);
});

test('the last counters of an ended stream are in one more sample', () => {
  const registry = new StreamRegistry();
  receiver(registry, 1, { packets: 100 });
  registry.settle();
  receiverOf(registry, 1, { packets: 120 });
  const stream = registry.down.get(1);
  if (stream !== undefined) stream.ended = true;
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({ packets: 20 });
  registry.settle();
  expect(seriesOf(registry, NO_LATENCY)).toEqual([]);
  expect(registry.down.size).toBe(0);
});

test('a received track without packets is not counted as active', () => {
  const registry = new StreamRegistry();
  receiver(registry, 1, { packets: 100, height: 720 }, { kind: 'video', codec: 'vp8' });
  registry.settle();
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({ tracks: 0, packets: 0, layers: {} });
});

test('a simulcast track counts once, and its layers are those that are sent', () => {
  const registry = new StreamRegistry();
  const video = { kind: 'video' as const, codec: 'vp8', cid: 'cam' };
  sender(
    registry,
    1,
    { packets: 10, active: 1 },
    { ...video, layer: 'q', height: 180, first: true },
  );
  sender(
    registry,
    2,
    { packets: 20, active: 1 },
    { ...video, layer: 'h', height: 360, first: false },
  );
  sender(
    registry,
    3,
    { packets: 30, active: 0 },
    { ...video, layer: 'f', height: 720, first: false },
  );
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({
    tracks: 1,
    packets: 60,
    layers: { 180: 1, 360: 1 },
  });
});

test('loss of sent packets includes packets that were requested again or are still missing', () => {
  const registry = new StreamRegistry();
  sender(registry, 1, { packets: 1_000, nackedPackets: 50, remoteLost: 2 });
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({
    lostBeforeRecovery: 50,
    lost: 2,
    recovered: 48,
  });
  registry.settle();
  sender(registry, 2, { packets: 1_000, nackedPackets: 0, remoteLost: 30 });
  registry.up.delete(1);
  expect(seriesOf(registry, NO_LATENCY)[0]).toMatchObject({
    lostBeforeRecovery: 30,
    lost: 30,
    recovered: 0,
  });
});

test('jitter and RTT have one value for each track that measured them', () => {
  const registry = new StreamRegistry();
  sender(registry, 1, { active: 1, remoteJitterMs: 3, rttMs: 20 });
  sender(registry, 2, { active: 1, remoteJitterMs: 0, rttMs: Number.NaN });
  const [series] = seriesOf(registry, NO_LATENCY);
  const values = (bins: number[] = []) =>
    bins.filter((_, index) => index % 2 === 1).reduce((a, b) => a + b, 0);
  expect([values(series?.jitter.bins), values(series?.rtt.bins)]).toEqual([1, 1]);
});

test('the RTT of a received track is its peer’s', () => {
  const registry = new StreamRegistry();
  registry.peers.set(9, peerOf({ rttMs: 12 }));
  receiver(registry, 1, { packets: 1 }, { peer: 9 });
  expect(seriesOf(registry, NO_LATENCY)[0]?.rtt.bins).toHaveLength(2);
});

test('latency goes to its own series, regardless of packet counts', () => {
  const registry = new StreamRegistry();
  const [few, many] = [
    { group: 'load', role: 'publisher' },
    { group: 'load', role: 'subscriber' },
  ];
  receiver(registry, 1, { packets: 10 }, { owner: few });
  receiver(registry, 2, { packets: 90 }, { owner: many });
  const labels = { direction: 'down', kind: 'audio', codec: 'opus' } as const;
  const sketch = new Sketch();
  sketch.add(30, 5);
  const cohorts = [many, few].map((owner) =>
    registry.cohorts.numberOf({ labels: { ...labels, ...owner } }),
  );
  const latencies = new Map(
    cohorts.flatMap((cohort, index) =>
      cohort !== undefined && index === 1 ? [[cohort, sketch]] : [],
    ),
  );
  const series = seriesOf(registry, latencies).map(({ labels: { role }, latency }) => [
    role,
    latency,
  ]);
  expect(series).toEqual([
    ['publisher', sketch.toBins()],
    ['subscriber', { bins: [], zeros: 0 }],
  ]);
});

test('latency of a stream that was removed from the registry is in a series', () => {
  const registry = new StreamRegistry();
  const labels = {
    direction: 'down',
    kind: 'data',
    group: 'load',
    role: 'host',
    codec: 'data',
  } as const;
  const cohort = registry.cohorts.numberOf({ labels }) ?? Number.NaN;
  const sketch = new Sketch();
  sketch.add(7);
  const [series] = seriesOf(
    registry,
    new Map([
      [cohort, sketch],
      [4_000, new Sketch()],
    ]),
  );
  expect(series).toMatchObject({ labels, packets: 0, tracks: 0, latency: sketch.toBins() });
});

test('latency of publishers on another host is in a separate series, which has nothing else', () => {
  const registry = new StreamRegistry();
  const owner = { group: 'load', role: 'viewer' };
  receiver(registry, 1, { packets: 10 }, { owner });
  const labels = { direction: 'down', kind: 'audio', codec: 'opus', ...owner } as const;
  const sketch = new Sketch();
  sketch.add(30, 5);
  const publishersOn = ['load-2-a1d8c9'];
  const cohort = registry.cohorts.numberOf({ labels, publishersOn }) ?? Number.NaN;
  const [here, there] = seriesOf(registry, new Map([[cohort, sketch]]));
  expect(here).toMatchObject({ labels, packets: 10, tracks: 1, latency: { bins: [], zeros: 0 } });
  expect(here).not.toHaveProperty('publishersOn');
  expect(there).toMatchObject({ labels, publishersOn, packets: 0, tracks: 0 });
  expect(there?.latency).toEqual(sketch.toBins());
});

test('roles with the same name in two groups have separate series', () => {
  const registry = new StreamRegistry();
  for (const [handle, group] of ['lessons', 'lobby'].entries()) {
    receiver(registry, handle, { packets: 10 }, { owner: { group, role: 'student' } });
  }
  expect(seriesOf(registry, NO_LATENCY).map(({ labels }) => labels.group)).toEqual([
    'lessons',
    'lobby',
  ]);
});

test('sent and received data have a series each', () => {
  const registry = new StreamRegistry();
  const peer = peerOf({ dataMessagesSent: 30, dataBytesSent: 3_000 });
  peer.flows.set(1, {
    stats: dataStats({ received: 20, bytes: 2_000, lost: 1 }),
    taken: null,
    ended: false,
  });
  peer.flows.set(2, { stats: dataStats({ received: 5, bytes: 500 }), taken: null, ended: false });
  registry.peers.set(1, peer);
  const series = seriesOf(registry, NO_LATENCY).map(
    ({ labels, packets, bytes, lost, tracks }) =>
      `${labels.direction} ${labels.kind} ${packets} ${bytes} ${lost} ${tracks}`,
  );
  expect(series).toEqual(['up data 30 3000 0 1', 'down data 25 2500 1 2']);
});

test('frames and keyframes are counted for video only', () => {
  const registry = new StreamRegistry();
  const stats = { packets: 50, frames: 30, keyframes: 2 };
  sender(registry, 1, stats);
  sender(registry, 2, stats, { kind: 'video', codec: 'vp8' });
  const counts = seriesOf(registry, NO_LATENCY).map(({ labels, framesSent, keyframes }) => [
    labels.kind,
    framesSent,
    keyframes,
  ]);
  expect(counts).toEqual([
    ['audio', 0, 0],
    ['video', 30, 2],
  ]);
});

test('encrypted tracks and messages have their decryptions since the last sample', () => {
  const registry = new StreamRegistry();
  receiver(registry, 1, { decryptedFrames: 40, undecryptableFrames: 2, keyChanges: 1 });
  receiver(registry, 2, { decryptedFrames: 10 });
  receiver(registry, 3, {}, { kind: 'video', codec: 'vp8' });
  registry.peers.set(1, peerOf({ dataMessagesUndecryptable: 7 }));
  const decryptions = () =>
    seriesOf(registry, NO_LATENCY).map(({ labels: { kind }, decryption }) => [kind, decryption]);
  expect(decryptions()).toEqual([
    ['audio', { decrypted: 50, undecryptable: 2, keyChanges: 1 }],
    ['video', undefined],
    ['data', { decrypted: 0, undecryptable: 7, keyChanges: 0 }],
  ]);
  registry.settle();
  receiverOf(registry, 1, { decryptedFrames: 45, undecryptableFrames: 2, keyChanges: 1 });
  expect(decryptions()).toContainEqual([
    'audio',
    { decrypted: 5, undecryptable: 0, keyChanges: 0 },
  ]);
});

test('an adapting publisher has one bandwidth estimate per peer, and sums over its layers', () => {
  const registry = new StreamRegistry();
  registry.peers.set(1, peerOf({ peer: 1, availableOutgoingBps: 500_000 }));
  const layer = { kind: 'video', codec: 'vp8', peer: 1 } as const;
  sender(registry, 1, { wantedMs: 1_000, limitedMs: 400, paddingPackets: 3 }, layer);
  sender(registry, 2, { wantedMs: 1_000, limitedMs: 400 }, { ...layer, first: false });
  const adaptation = seriesOf(registry, NO_LATENCY)[0]?.adaptation;
  expect(adaptation).toMatchObject({ sentMs: 2_000, limitedMs: 800, paddingPackets: 3 });
  const estimate = new Sketch();
  estimate.add(500_000);
  expect(adaptation?.bandwidthEstimate).toEqual(estimate.toBins());
});

test('publishers without rate adaptation have no adaptation in their series', () => {
  const registry = new StreamRegistry();
  registry.peers.set(1, peerOf({ peer: 1 }));
  sender(registry, 1, { packets: 9 }, { kind: 'video', codec: 'vp8', peer: 1 });
  expect(seriesOf(registry, NO_LATENCY)[0]).not.toHaveProperty('adaptation');
});
