import {
  DataTrackInfo,
  DataTrackSubscriberHandles,
  DataTrackSubscriberHandles_PublishedDataTrack,
  ParticipantInfo,
  ParticipantInfo_State,
  PublishDataTrackRequest,
  PublishDataTrackResponse,
  RequestResponse,
  RequestResponse_Reason,
  UnpublishDataTrackResponse,
} from '@livekit/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RequestMessage } from '../signal/signal-socket.ts';
import { MembershipEnded } from './data-track-publications.ts';
import { DataTracks } from './data-tracks.ts';
import { FramePackets } from './frame-packets.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const participant = () => {
  const sent: RequestMessage[] = [];
  const frames: string[] = [];
  const tracks = new DataTracks({
    clock: systemClock,
    receiverOf: (name, publisher) =>
      name === 'control' ? (frame) => frames.push(`${publisher} ${frame.join()}`) : null,
  });
  const join = (version = '1.13.5') =>
    tracks.joined({ version, send: (message) => sent.push(message) });
  join();
  const accept = (pubHandle: number, sid: string) => {
    const info = new DataTrackInfo({ pubHandle, sid, name: 'control' });
    tracks.answered({
      case: 'publishDataTrackResponse',
      value: new PublishDataTrackResponse({ info }),
    });
    return info;
  };
  return { tracks, sent, frames, join, accept };
};

const publisher = (sid: string, tracks: string[], state = ParticipantInfo_State.ACTIVE) =>
  new ParticipantInfo({
    ...{ sid, identity: 'pilot', state },
    dataTracks: tracks.map((track) => new DataTrackInfo({ sid: track, name: 'control' })),
  });

const subscribed = (sent: readonly RequestMessage[]) =>
  sent.flatMap((message) =>
    message.case === 'updateDataSubscription'
      ? message.value.updates.map(({ trackSid, subscribe }) => `${trackSid} ${subscribe}`)
      : [],
  );

const handles = (tracks: DataTracks, subHandles: Record<number, string>) =>
  tracks.answered({
    case: 'dataTrackSubscriberHandles',
    value: new DataTrackSubscriberHandles({
      subHandles: Object.fromEntries(
        Object.entries(subHandles).map(([handle, trackSid]) => [
          handle,
          new DataTrackSubscriberHandles_PublishedDataTrack({ trackSid }),
        ]),
      ),
    }),
  });

test('a track is published once the server accepts it, and again with the same number after a reconnect', async () => {
  const { tracks, sent, join, accept } = participant();
  const publishing = tracks.publish('control');
  expect(sent).toMatchObject([
    { case: 'publishDataTrackRequest', value: { pubHandle: 1, name: 'control' } },
  ]);
  expect(tracks.published).toEqual([]);
  const info = accept(1, 'DTR_1');
  const track = await publishing;
  expect(track.isPublished()).toBe(true);
  expect(tracks.published).toMatchObject([{ info }]);
  join();
  expect(track.isPublished()).toBe(false);
  expect(tracks.published).toEqual([]);
  void tracks.publish('control');
  expect(sent.at(-1)).toMatchObject({ value: { pubHandle: 1 } });
});

test('a track that the server ends is not published', async () => {
  const { tracks, accept } = participant();
  const publishing = tracks.publish('control');
  const info = accept(1, 'DTR_1');
  const track = await publishing;
  tracks.answered({
    case: 'unpublishDataTrackResponse',
    value: new UnpublishDataTrackResponse({ info }),
  });
  expect(track.isPublished()).toBe(false);
});

const refuse = (tracks: DataTracks, reason: RequestResponse_Reason, message: string) =>
  tracks.answered({
    case: 'requestResponse',
    value: new RequestResponse({
      ...{ reason, message },
      request: {
        case: 'publishDataTrack',
        value: new PublishDataTrackRequest({ pubHandle: 1, name: 'control' }),
      },
    }),
  });

test('a refusal has its reason, and what to do', async () => {
  const { tracks } = participant();
  const publishing = tracks.publish('control');
  refuse(tracks, RequestResponse_Reason.NOT_ALLOWED, 'no permission');
  await expect(publishing).rejects.toThrow(/\(no permission\).*canPublishData.*enable_data_tracks/);
});

const NO_ANSWER = 'livekit-server 1.13.5 did not answer the request within 10 s';

test('an old server that does not answer is named, with the version that has data tracks', async () => {
  const { tracks, join } = participant();
  for (const [version, message] of [
    ['1.13.5', NO_ANSWER],
    ['1.11.0', 'livekit-server 1.11.0 did not answer the request within 10 s'],
    [
      '1.9.12',
      'livekit-server 1.9.12 did not answer the request within 10 s; it has no data tracks: use 1.11.0 or newer',
    ],
  ] as const) {
    join(version);
    const rejected = expect(tracks.publish('control')).rejects.toThrow(new Error(message));
    await vi.advanceTimersByTimeAsync(10_000);
    await rejected;
  }
});

const requests = (sent: readonly RequestMessage[]) =>
  sent.filter((message) => message.case === 'publishDataTrackRequest').length;

test('an acceptance that arrives late holds for the next attempt', async () => {
  const { tracks, sent, accept } = participant();
  const rejected = expect(tracks.publish('control')).rejects.toThrow(NO_ANSWER);
  await vi.advanceTimersByTimeAsync(11_000);
  await rejected;
  const info = accept(1, 'DTR_1');
  expect(tracks.published).toMatchObject([{ info }]);
  const track = await tracks.publish('control');
  expect(track.isPublished()).toBe(true);
  expect(requests(sent)).toBe(1);
});

test('a track is published if only the answer of the server was lost', async () => {
  const { tracks, sent } = participant();
  const rejected = expect(tracks.publish('control')).rejects.toThrow(NO_ANSWER);
  await vi.advanceTimersByTimeAsync(10_000);
  await rejected;
  const publishing = tracks.publish('control');
  refuse(tracks, RequestResponse_Reason.DUPLICATE_HANDLE, 'same handle');
  expect((await publishing).isPublished()).toBe(true);
  expect(requests(sent)).toBe(2);
});

test('a request that waits when the membership ends fails, but is not refused', async () => {
  const { tracks, join } = participant();
  const publishing = tracks.publish('control');
  join();
  await expect(publishing).rejects.toThrow(MembershipEnded);
});

test('tracks for the participant are subscribed to once, and their frames arrive', () => {
  const { tracks, sent, frames } = participant();
  const other = publisher('PA_1', []);
  other.dataTracks = [new DataTrackInfo({ sid: 'DTR_9', name: 'other' })];
  tracks.roomChanged([other]);
  expect(subscribed(sent)).toEqual([]);
  tracks.roomChanged([publisher('PA_1', ['DTR_1'])]);
  tracks.roomChanged([publisher('PA_1', ['DTR_1'])]);
  expect(subscribed(sent)).toEqual(['DTR_1 true']);
  const [packet = new Uint8Array()] = new FramePackets(40).next(Uint8Array.of(1, 2, 3));
  tracks.received(packet);
  expect(frames).toEqual([]);
  handles(tracks, { 40: 'DTR_1' });
  tracks.received(packet);
  expect(frames).toEqual(['pilot 1,2,3']);
});

test('a track that was published again is subscribed to again, and the earlier one ends', () => {
  const { tracks, sent, frames, join } = participant();
  tracks.roomChanged([publisher('PA_1', ['DTR_1'])]);
  handles(tracks, { 40: 'DTR_1' });
  tracks.roomChanged([publisher('PA_1', ['DTR_1'], ParticipantInfo_State.DISCONNECTED)]);
  tracks.roomChanged([publisher('PA_2', ['DTR_2'])]);
  expect(subscribed(sent)).toEqual(['DTR_1 true', 'DTR_2 true']);
  handles(tracks, { 41: 'DTR_2' });
  for (const handle of [40, 41])
    for (const packet of new FramePackets(handle).next(Uint8Array.of(handle)))
      tracks.received(packet);
  expect(frames).toEqual(['pilot 41']);
  // A membership of its own knows no subscription.
  join();
  tracks.roomChanged([publisher('PA_2', ['DTR_2'])]);
  expect(subscribed(sent).at(-1)).toBe('DTR_2 true');
  expect(subscribed(sent)).toHaveLength(3);
});

test('tracks of a publisher with a new sid replace those of its earlier session', () => {
  const { tracks, sent, frames } = participant();
  tracks.roomChanged([publisher('PA_1', ['DTR_1'])]);
  handles(tracks, { 40: 'DTR_1' });
  tracks.roomChanged([publisher('PA_2', ['DTR_2'])]);
  handles(tracks, { 41: 'DTR_2' });
  const receive = () => {
    for (const handle of [40, 41])
      for (const packet of new FramePackets(handle).next(Uint8Array.of(handle)))
        tracks.received(packet);
  };
  receive();
  expect(frames).toEqual(['pilot 41']);
  // An end of the earlier session that arrives late is not that of the present one.
  tracks.roomChanged([publisher('PA_1', [], ParticipantInfo_State.DISCONNECTED)]);
  receive();
  expect(frames).toEqual(['pilot 41', 'pilot 41']);
  tracks.roomChanged([publisher('PA_2', ['DTR_2'], ParticipantInfo_State.DISCONNECTED)]);
  receive();
  expect(frames).toEqual(['pilot 41', 'pilot 41']);
  expect(subscribed(sent)).toEqual(['DTR_1 true', 'DTR_2 true']);
});
