import { ParticipantPermission, TrackSource } from '@livekit/protocol';
import { expect, test } from 'vitest';
import type { TrackSpec } from '../sdp/own-track.ts';
import { rejectionsBy } from './permissions.ts';

const mic: TrackSpec = { cid: 'mic', kind: 'audio', codec: 'opus', layers: [] };
const cam: TrackSpec = { cid: 'cam', kind: 'video', codec: 'vp8', layers: [] };
const screen: TrackSpec = { ...cam, cid: 'screen', source: 'screen' };
const everything = { tracks: [mic, cam, screen], sendsData: true, subscribes: true };

const refusals = (
  permission: Partial<ParticipantPermission> | undefined,
  intention = everything,
): string[] =>
  rejectionsBy(
    permission === undefined
      ? undefined
      : new ParticipantPermission({
          canPublish: true,
          canPublishData: true,
          canSubscribe: true,
          ...permission,
        }),
    intention,
  ).map(({ what, cid }) => `${what} ${cid}`);

test.each<[string, Partial<ParticipantPermission> | undefined, string[]]>([
  ['a server that sends no permission', undefined, []],
  ['everything', {}, []],
  [
    'some sources',
    { canPublishSources: [TrackSource.MICROPHONE, TrackSource.SCREEN_SHARE] },
    ['publish cam'],
  ],
  ['no publishing', { canPublish: false }, ['publish mic', 'publish cam', 'publish screen']],
  ['no data', { canPublishData: false }, ['data null']],
  ['no subscribing', { canSubscribe: false }, ['subscribe null']],
])('%s', (_what, permission, expected) => {
  expect(refusals(permission)).toEqual(expected);
});

test('a permission that is not needed is not reported as missing', () => {
  const nothing = { tracks: [], sendsData: false, subscribes: false };
  expect(
    refusals({ canPublish: false, canPublishData: false, canSubscribe: false }, nothing),
  ).toEqual([]);
});
