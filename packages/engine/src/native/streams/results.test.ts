import type { RemoteTrack, TrackSpec } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import { downStream, receiverStats, senderStats, upStream } from '../../../test/support/streams.ts';
import { type SessionStreams, trackResults } from './results.ts';

const ENDED_AT = 100_000;

const remote = (sid: string, identity: string, kind: 'audio' | 'video' = 'audio'): RemoteTrack => ({
  sid,
  kind,
  codec: 'opus',
  source: kind === 'audio' ? 2 : 1,
  identity,
  participantSid: `PA_${identity}`,
  ofAgent: false,
  width: 0,
  height: 0,
  muted: false,
  encrypted: false,
});

const results = (
  streams: Partial<SessionStreams>,
  known: RemoteTrack[] = [],
  { published = known, refused = [] }: { published?: RemoteTrack[]; refused?: TrackSpec[] } = {},
) =>
  trackResults(
    { up: [], down: [], data: [], dataSent: { messages: 0, bytes: 0 }, ...streams },
    ENDED_AT,
    { track: (sid) => known.find((track) => track.sid === sid), tracks: published },
    { tracks: refused, data: refused.length > 0 },
  );

test('a track whose publisher reconnected is one track: sums of counters, maxima of measurements, last sid', () => {
  const before = downStream({
    trackSid: 'TR_1',
    stats: receiverStats({
      packets: 500,
      lost: 3,
      interruptions: 1,
      interruptionMs: 900,
      longestInterruptionMs: 900,
      jitterMs: 8,
      latencyP50Ms: 20,
      latencyMaxMs: 70,
      lastPacketAt: 50_000,
    }),
    ended: true,
  });
  const after = downStream({
    trackSid: 'TR_2',
    stats: receiverStats({
      packets: 200,
      lost: 1,
      jitterMs: 2,
      latencyP50Ms: 10,
      latencyMaxMs: 40,
      lastPacketAt: 99_900,
    }),
  });
  const tracks = results({ down: [before, after] }, [remote('TR_1', 'a'), remote('TR_2', 'a')]);
  expect(tracks).toHaveLength(1);
  expect(tracks[0]).toMatchObject({
    publisher: 'a',
    sid: 'TR_2',
    packets: 700,
    lost: 4,
    interruptions: 1,
    interruptionMs: 900,
    longestInterruptionMs: 900,
    jitterMs: 8,
    latencyP50Ms: 20,
    latencyMaxMs: 70,
    activeAtEnd: true,
  });
});

test('a track whose packets stopped has stalled, unless no media was expected', () => {
  const quiet = { stats: receiverStats({ packets: 500, lastPacketAt: ENDED_AT - 5_000 }) };
  const tracks = results({
    down: [
      downStream({ ...quiet, trackSid: 'TR_1' }),
      downStream({ ...quiet, trackSid: 'TR_2', silent: true }),
    ],
  });
  expect(tracks.map(({ sid, activeAtEnd }) => [sid, activeAtEnd])).toEqual([
    ['TR_1', false],
    ['TR_2', true],
  ]);
});

test('tracks of two publishers, or of two kinds, are different tracks', () => {
  const known = [remote('TR_a', 'a'), remote('TR_b', 'b'), remote('TR_av', 'a', 'video')];
  const down = [
    downStream({ trackSid: 'TR_a' }),
    downStream({ trackSid: 'TR_b' }),
    downStream({ trackSid: 'TR_av', kind: 'video' }),
  ];
  expect(results({ down }, known).map(({ publisher, kind }) => `${publisher} ${kind}`)).toEqual([
    'a audio',
    'b audio',
    'a video',
  ]);
});

test('a track without packets has no measurements, and is not active at the end', () => {
  const [track] = results({ down: [downStream()] }, [remote('TR_1', 'a')]);
  expect(track).toMatchObject({
    packets: 0,
    jitterMs: null,
    latencyP50Ms: null,
    latencyP95Ms: null,
    activeAtEnd: false,
  });
});

test('a track is active at the end if a packet arrived in the last two seconds', () => {
  const alive = (lastPacketAt: number) =>
    results({ down: [downStream({ stats: receiverStats({ packets: 1, lastPacketAt }) })] })[0]
      ?.activeAtEnd;
  expect([alive(99_000), alive(98_000), alive(97_900)]).toEqual([true, true, false]);
});

test('simulcast layers have separate results, and each continues after a reconnect', () => {
  const layer = (name: string, packets: number) =>
    upStream({
      kind: 'video',
      codec: 'vp8',
      cid: 'cam',
      layer: name,
      height: 360,
      stats: senderStats({ packets, rttMs: 5, remoteJitterMs: 1 }),
    });
  const tracks = results({ up: [layer('q', 10), layer('h', 20), layer('q', 1), layer('h', 2)] });
  expect(tracks.map(({ layer: name, packets, rttMs }) => `${name} ${packets} ${rttMs}`)).toEqual([
    'q 11 5',
    'h 22 5',
  ]);
});

test('without a receiver report, a track has neither jitter nor RTT', () => {
  expect(results({ up: [upStream()] })[0]).toMatchObject({ jitterMs: null, rttMs: null });
});

test('data is a track only if messages were sent', () => {
  expect(results({})).toEqual([]);
  expect(results({ dataSent: { messages: 12, bytes: 2_400 } })).toMatchObject([
    { direction: 'up', kind: 'data', packets: 12, bytes: 2_400 },
  ]);
});

test('a track whose publisher has left is not stalled', () => {
  const ended = downStream({
    trackSid: 'TR_1',
    stats: receiverStats({ packets: 500, lastPacketAt: 50_000 }),
    ended: true,
  });
  const track = remote('TR_1', 'a');
  expect(results({ down: [ended] }, [track], { published: [] })[0]).toMatchObject({
    publisher: 'a',
    activeAtEnd: true,
  });
  expect(results({ down: [ended] }, [track])[0]).toMatchObject({
    publisher: 'a',
    activeAtEnd: false,
  });
});

test('a track whose publisher reconnected without new media is stalled', () => {
  const ended = downStream({
    trackSid: 'TR_1',
    stats: receiverStats({ packets: 500, lastPacketAt: 50_000 }),
    ended: true,
  });
  const known = [remote('TR_1', 'a'), remote('TR_2', 'a')];
  expect(results({ down: [ended] }, known, { published: known.slice(1) })[0]).toMatchObject({
    activeAtEnd: false,
  });
});

test('camera and screen of the same publisher are two tracks', () => {
  const streams = ['TR_1', 'TR_2'].map((trackSid) =>
    downStream({
      trackSid,
      kind: 'video',
      stats: receiverStats({ packets: 10, lastPacketAt: ENDED_AT }),
    }),
  );
  const known = [remote('TR_1', 'a', 'video'), { ...remote('TR_2', 'a', 'video'), source: 3 }];
  expect(results({ down: streams }, known).map(({ source }) => source)).toEqual([
    'camera',
    'screen',
  ]);
});

test('a track that the server rejected has one result, without measurements', () => {
  const cam: TrackSpec = { cid: 'cam', kind: 'video', codec: 'vp8', layers: [] };
  const layers = ['q', 'h'].map((layer) =>
    upStream({ kind: 'video', cid: 'cam', layer, stats: senderStats({ packets: 3 }) }),
  );
  const [track, data, ...more] = results(
    { up: layers, dataSent: { messages: 5, bytes: 500 } },
    [],
    { refused: [cam] },
  );
  expect(track).toMatchObject({
    direction: 'up',
    kind: 'video',
    source: 'camera',
    rejected: true,
    packets: 0,
  });
  expect(data).toMatchObject({ direction: 'up', kind: 'data', rejected: true, packets: 5 });
  expect(more).toEqual([]);
});

test('decrypted frames before and after a reconnect add up', () => {
  const stream = (trackSid: string, decryptedFrames: number) =>
    downStream({ trackSid, stats: receiverStats({ decryptedFrames, undecryptableFrames: 1 }) });
  const streams = { down: [stream('TR_1', 5), stream('TR_2', 7)] };
  const [track] = results(streams, [remote('TR_1', 'a'), remote('TR_2', 'a')]);
  expect(track?.decryption).toEqual({ decrypted: 12, undecryptable: 2, keyChanges: 0 });
});
