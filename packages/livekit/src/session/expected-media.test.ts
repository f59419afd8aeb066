import {
  ParticipantInfo,
  ParticipantInfo_State,
  ParticipantUpdate,
  StreamState,
  StreamStateInfo,
  StreamStateUpdate,
  TrackInfo,
  TrackType,
} from '@livekit/protocol';
import { expect, test } from 'vitest';
import { joined } from '../../test/support/session-fixture.ts';
import type { ResponseMessage } from '../signal/signal-socket.ts';
import { ignoredMessages } from './subscription-settings.ts';

const ann = (track: Partial<TrackInfo> = {}): ResponseMessage => ({
  case: 'update',
  value: new ParticipantUpdate({
    participants: [
      new ParticipantInfo({
        sid: 'PA_ann',
        identity: 'ann',
        state: ParticipantInfo_State.ACTIVE,
        tracks: [new TrackInfo({ sid: 'TR_1', type: TrackType.VIDEO, ...track })],
      }),
    ],
  }),
});

const streamIs = (state: StreamState): ResponseMessage => ({
  case: 'streamStateUpdate',
  value: new StreamStateUpdate({
    streamStates: [new StreamStateInfo({ participantSid: 'PA_ann', trackSid: 'TR_1', state })],
  }),
});

test('media is expected unless its publisher muted it or the server paused it', async () => {
  const on = await joined({ watchesMedia: true });
  const [connection] = on.server.connections;
  connection?.deliver(ann());
  expect(on.session.isMediaExpected('TR_1')).toBe(true);
  connection?.deliver(ann({ muted: true }));
  expect(on.session.isMediaExpected('TR_1')).toBe(false);
  connection?.deliver(ann());
  connection?.deliver(streamIs(StreamState.PAUSED));
  expect(on.session.isMediaExpected('TR_1')).toBe(false);
  connection?.deliver(streamIs(StreamState.ACTIVE));
  expect(on.session.isMediaExpected('TR_1')).toBe(true);
});

test('while the participant is disconnected, only the state of the publisher counts', async () => {
  const on = await joined({ watchesMedia: true, policy: { delayMs: () => null } });
  on.server.connections[0]?.deliver(ann());
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(10);
  expect(on.session.isMediaExpected('TR_1')).toBe(true);
});

test('pauses by the server are observed only when requested', () => {
  for (const layout of [{ type: 'all' }, { type: 'speaker' }] as const) {
    expect(ignoredMessages(layout).has('streamStateUpdate')).toBe(true);
    expect(ignoredMessages(layout, true).has('streamStateUpdate')).toBe(false);
    expect(ignoredMessages(layout, true).has('connectionQuality')).toBe(true);
    expect(ignoredMessages(layout, true).has('speakersChanged')).toBe(layout.type === 'all');
  }
});

test('no media is expected from a publisher that disappeared, also after the participant left', async () => {
  const on = await joined({ watchesMedia: true });
  on.server.connections[0]?.deliver(ann());
  on.session.publisherDisappeared('ann');
  expect(on.session.isMediaExpected('TR_1')).toBe(false);
  const calls = on.plane.named('setMuted').length;
  on.session.leave();
  on.session.publisherDisappeared('ann');
  expect(on.plane.named('setMuted')).toHaveLength(calls);
});
