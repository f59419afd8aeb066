import type { RemoteTrack } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import { downStream, receiverStats } from '../../../test/support/streams.ts';
import type { DownStream } from '../streams/stream-registry.ts';
import { type MediaEvent, MediaWatch } from './media-watch.ts';

const MICROPHONE = 2;

/** Room with streams whose packets the test sets, and the events of its watch. */
class Scene {
  readonly told: MediaEvent[] = [];
  readonly tracks: RemoteTrack[] = [];
  readonly known = new Map<string, RemoteTrack>();
  readonly streams: DownStream[] = [];
  readonly unmeant = new Set<string>();
  others = ['ann'];
  readonly watch: MediaWatch;

  constructor() {
    const others = () => this.others;
    const room = {
      tracks: this.tracks,
      track: (sid: string) => this.known.get(sid),
      get others() {
        return others();
      },
    };
    this.watch = new MediaWatch(
      room,
      (sid) => !this.unmeant.has(sid),
      (event) => this.told.push(event),
    );
  }

  publish(sid: string, given: Partial<RemoteTrack> = {}): void {
    const track: RemoteTrack = {
      sid,
      kind: 'audio',
      codec: 'opus',
      source: MICROPHONE,
      identity: 'ann',
      participantSid: 'PA_ann',
      ofAgent: false,
      width: 0,
      height: 0,
      muted: false,
      encrypted: false,
      ...given,
    };
    this.tracks.push(track);
    this.known.set(sid, track);
  }

  unpublish(sid: string): void {
    this.tracks.splice(
      this.tracks.findIndex((track) => track.sid === sid),
      1,
    );
  }

  /** Add a stream of this track with packets from `from` to `until`, without an interruption. */
  stream(trackSid: string, from: number, until: number): DownStream {
    const stream = downStream({
      handle: this.streams.length,
      trackSid,
      interruptions: [],
      stats: receiverStats({ firstPacketAt: from, lastPacketAt: until }),
    });
    this.streams.push(stream);
    return stream;
  }

  /** Let more packets arrive on a stream, with these interruptions between them. */
  more(stream: DownStream, until: number, ...gaps: [from: number, to: number][]): void {
    for (const [from, to] of gaps)
      stream.interruptions?.push({ receiver: stream.handle, from, to });
    stream.stats = receiverStats({
      firstPacketAt: stream.stats?.firstPacketAt ?? until,
      lastPacketAt: until,
    });
  }

  /** New events at this time. */
  at(now: number): MediaEvent[] {
    const before = this.told.length;
    this.watch.check(this.streams, now);
    return this.told.slice(before);
  }
}

const ann = { publisher: 'ann', kind: 'audio' };

/** Scene in which audio of Ann was received from 1,000 to 5,000. */
const received = (): { scene: Scene; stream: DownStream } => {
  const scene = new Scene();
  scene.publish('TR_1');
  const stream = scene.stream('TR_1', 1_000, 5_000);
  scene.at(5_010);
  scene.told.length = 0;
  return { scene, stream };
};

test('the first packet of a publication is reported once', () => {
  const scene = new Scene();
  scene.publish('TR_1');
  expect(scene.at(900)).toEqual([]);
  const stream = scene.stream('TR_1', 1_000, 1_180);
  expect(scene.at(1_200)).toEqual([{ event: 'media_started', at: 1_000, ...ann }]);
  scene.more(stream, 1_380);
  expect(scene.at(1_400)).toEqual([]);
});

test('videos of one participant are reported separately, each with its source', () => {
  const scene = new Scene();
  scene.publish('TR_C', { kind: 'video', source: 1 });
  scene.publish('TR_S', { kind: 'video', source: 3 });
  scene.stream('TR_C', 1_000, 1_100);
  scene.stream('TR_S', 1_050, 1_100);
  expect(scene.at(1_100)).toEqual([
    { event: 'media_started', at: 1_000, publisher: 'ann', kind: 'video', source: 'camera' },
    { event: 'media_started', at: 1_050, publisher: 'ann', kind: 'video', source: 'screen' },
  ]);
});

test('media of a stream is reported once its publisher is known', () => {
  const scene = new Scene();
  const stream = scene.stream('TR_1', 1_000, 2_000);
  scene.more(stream, 4_000, [2_000, 3_000]);
  expect(scene.at(4_000)).toEqual([]);
  scene.publish('TR_1');
  expect(scene.at(4_100)).toEqual([
    { event: 'media_started', at: 1_000, ...ann },
    { event: 'media_resumed', at: 3_000, durationMs: 1_000, ...ann },
  ]);
});

test('an interruption shorter than two seconds is reported at its end, with its duration', () => {
  const { scene, stream } = received();
  expect(scene.at(6_900)).toEqual([]);
  scene.more(stream, 6_960, [5_000, 6_940]);
  expect(scene.at(7_000)).toEqual([
    { event: 'media_resumed', at: 6_940, durationMs: 1_940, ...ann },
  ]);
});

test('two interruptions between two checks are reported separately', () => {
  const { scene, stream } = received();
  scene.more(stream, 7_000, [5_000, 5_600], [5_800, 6_700]);
  expect(scene.at(7_000).map(({ at, durationMs }) => [at, durationMs])).toEqual([
    [5_600, 600],
    [6_700, 900],
  ]);
});

test('a longer interruption is reported once, when it is detected, with the time of the last packet', () => {
  const { scene, stream } = received();
  expect(scene.at(6_990)).toEqual([]);
  expect(scene.at(7_010)).toEqual([{ event: 'media_interrupted', at: 5_000, ...ann }]);
  expect(scene.at(9_000)).toEqual([]);
  scene.more(stream, 13_100, [5_000, 13_000]);
  expect(scene.at(13_200)).toEqual([
    { event: 'media_resumed', at: 13_000, durationMs: 8_000, ...ann },
  ]);
  scene.more(stream, 13_300);
  expect(scene.at(13_400)).toEqual([]);
});

test('a new stream with a new sid continues the publication of the old one', () => {
  const { scene, stream } = received();
  stream.ended = true;
  scene.unpublish('TR_1');
  scene.publish('TR_2', { participantSid: 'PA_new' });
  scene.stream('TR_2', 5_900, 6_000);
  expect(scene.at(6_000)).toEqual([{ event: 'media_resumed', at: 5_900, durationMs: 900, ...ann }]);
});

test('overlapping streams make no interruption, regardless of the order in which they are read', () => {
  const { scene, stream } = received();
  scene.publish('TR_2');
  // Packets of the dead node continue for a while, and the old stream covers an interval that the
  // new one lacks.
  const next = scene.stream('TR_2', 5_200, 5_300);
  scene.more(stream, 5_900);
  scene.more(next, 6_500, [5_300, 6_000]);
  expect(scene.at(6_500)).toEqual([]);
  // Only the old stream stops.
  scene.more(next, 9_000);
  expect(scene.at(9_000)).toEqual([]);
});

test('an unchanged counter does not resume a publication', () => {
  const { scene, stream } = received();
  expect(scene.at(7_100)).toMatchObject([{ event: 'media_interrupted', at: 5_000 }]);
  scene.more(stream, 5_000);
  expect(scene.at(7_400)).toEqual([]);
});

test('an interruption has the reason publisher_left if the server reported the leave, and ends at the rejoin', () => {
  const { scene } = received();
  scene.unpublish('TR_1');
  scene.others = [];
  expect(scene.at(6_000)).toEqual([]);
  expect(scene.at(7_100)).toEqual([
    { event: 'media_interrupted', at: 5_000, ...ann, reason: 'publisher_left' },
  ]);
  scene.others = ['ann'];
  scene.publish('TR_2');
  scene.stream('TR_2', 9_000, 9_100);
  expect(scene.at(9_200)).toEqual([
    { event: 'media_resumed', at: 9_000, durationMs: 4_000, ...ann },
  ]);
});

test('an interruption has the reason unpublished if the publisher is still connected', () => {
  const { scene } = received();
  scene.unpublish('TR_1');
  expect(scene.at(7_100)).toMatchObject([{ event: 'media_interrupted', reason: 'unpublished' }]);
});

test('a track without expected media is not interrupted, and is watched again from when media is expected', () => {
  const { scene, stream } = received();
  scene.unmeant.add('TR_1');
  expect(scene.at(5_200)).toEqual([]);
  expect(scene.at(20_000)).toEqual([]);
  scene.unmeant.delete('TR_1');
  scene.watch.silenceEnds('TR_1', 20_190);
  // The pump also counts from then on.
  scene.more(stream, 20_950, [20_190, 20_900]);
  expect(scene.at(21_000)).toEqual([
    { event: 'media_resumed', at: 20_900, durationMs: 710, ...ann },
  ]);
});

test('a stream that begins while no media was expected does not report a resume', () => {
  const { scene } = received();
  scene.unmeant.add('TR_1');
  scene.at(20_000);
  scene.unmeant.delete('TR_1');
  scene.stream('TR_1', 20_300, 20_350);
  expect(scene.at(20_400)).toEqual([]);
});

test('of two tracks of the same source, one with expected media is enough for an interruption', () => {
  const { scene } = received();
  scene.publish('TR_2');
  scene.unmeant.add('TR_1');
  expect(scene.at(7_100)).toMatchObject([{ event: 'media_interrupted', at: 5_000 }]);
});

test('a publication without any packet is not reported as interrupted', () => {
  const scene = new Scene();
  scene.publish('TR_1');
  expect(scene.at(60_000)).toEqual([]);
});

test('a publication that arrives on two streams is reported once, after two seconds', () => {
  const { scene, stream } = received();
  const second = scene.stream('TR_1', 5_000, 5_200);
  const told: MediaEvent[] = [];
  for (let now = 5_200; now <= 8_400; now += 200) {
    for (const one of [stream, second]) scene.more(one, now - 10);
    told.push(...scene.at(now));
  }
  expect(told).toEqual([{ event: 'media_duplicated', at: 5_200, ...ann }]);
});

test('a stream that replaces another is not reported', () => {
  const { scene } = received();
  scene.publish('TR_2');
  const second = scene.stream('TR_2', 5_050, 5_200);
  for (let now = 5_200; now <= 9_000; now += 200) {
    scene.more(second, now - 10);
    expect(scene.at(now)).toEqual([]);
  }
});
