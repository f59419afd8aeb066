import { TrackInfo, TrackType } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { sourceOf } from './choose-sources.ts';

const track = (sid: string, type: TrackType, mimeType: string, muted = false): TrackInfo =>
  new TrackInfo({ sid, type, mimeType, muted });
const audio = track('TR_A', TrackType.AUDIO, 'audio/opus');
const video = track('TR_V', TrackType.VIDEO, 'video/VP8');

const PARTICIPANTS = [
  { identity: 'c', tracks: [audio] },
  { identity: 'b', tracks: [video] },
  { identity: 'a', tracks: [] },
];

test('a room has the tracks of all, a participant its own, a track itself', () => {
  const source = { room: 'my room' };
  expect(sourceOf('my room', 'room', PARTICIPANTS, 'out/')).toEqual({
    ...{ ...source, kind: 'room', of: null, tracks: ['audio', 'video'] },
    path: 'out/my_room-room.mp4',
  });
  expect(sourceOf('my room', 'participant', PARTICIPANTS, 'out/')).toEqual({
    ...{ ...source, kind: 'participant', of: 'b', tracks: ['video'] },
    path: 'out/my_room-participant.mp4',
  });
  expect(sourceOf('my room', 'track', PARTICIPANTS, '')).toEqual({
    ...{ ...source, kind: 'track', of: 'TR_A', tracks: ['audio'], path: 'my_room-track.ogg' },
  });
});

test('a track has the container of its codec', () => {
  const pathOf = (mimeType: string) =>
    sourceOf('a', 'track', [{ identity: 'a', tracks: [{ ...video, mimeType } as TrackInfo] }], '')
      ?.path;
  expect(pathOf('video/VP8')).toBe('a-track.webm');
  expect(pathOf('video/H264')).toBe('a-track.mp4');
});

test('a room in which all is muted is not recorded', () => {
  const muted = track('TR_A', TrackType.AUDIO, 'audio/opus', true);
  expect(sourceOf('a', 'track', [{ identity: 'a', tracks: [muted] }], '')).toBeNull();
});
