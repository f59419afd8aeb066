import {
  type AddTrackRequest,
  AudioTrackFeature,
  SubscribedCodec,
  SubscribedQuality,
  SubscribedQualityUpdate,
  TrackInfo,
  TrackPublishedResponse,
  VideoQuality,
} from '@livekit/protocol';
import { expect, test } from 'vitest';
import { recordingPlane } from '../../test/support/recording-plane.ts';
import { ownTrack, type TrackSpec } from '../sdp/own-track.ts';
import { Publications, wantedLayers } from './publications.ts';

const camera = (heights: number[]): TrackSpec => ({
  cid: 'cam',
  kind: 'video',
  codec: 'vp8',
  layers: heights.map((height) => ({ width: (height * 16) / 9, height, bitrate: height * 1_000 })),
});

const qualities = (low: boolean, medium: boolean, high: boolean) =>
  [
    [VideoQuality.LOW, low],
    [VideoQuality.MEDIUM, medium],
    [VideoQuality.HIGH, high],
  ].map(
    ([quality, enabled]) =>
      new SubscribedQuality({ quality: quality as VideoQuality, enabled: enabled as boolean }),
  );

const update = (...enabled: [boolean, boolean, boolean]) =>
  new SubscribedQualityUpdate({
    trackSid: 'TR_cam',
    subscribedQualities: qualities(true, true, true),
    subscribedCodecs: [new SubscribedCodec({ codec: 'vp8', qualities: qualities(...enabled) })],
  });

test.each([
  [[180, 360, 720], [true, true, false], 'q true h true f false'],
  [[180, 360, 720], [false, false, false], 'q false h false f false'],
  // With two layers, the upper one is MEDIUM.
  [[180, 360], [true, false, false], 'q true h false'],
  [[180, 360], [true, true, false], 'q true h true'],
  // A single layer is sent for any quality.
  [[360], [true, false, false], 'null true'],
  [[360], [false, false, false], 'null false'],
] as [number[], [boolean, boolean, boolean], string][])(
  'layers %j with %j wanted: %s',
  (heights, enabled, expected) => {
    const wanted = wantedLayers(ownTrack(camera(heights)), update(...enabled));
    expect(wanted.map(([rid, active]) => `${rid} ${active}`).join(' ')).toBe(expected);
  },
);

test('updates without codecs (older servers) apply as well', () => {
  const old = new SubscribedQualityUpdate({
    trackSid: 'TR_cam',
    subscribedQualities: qualities(true, false, false),
  });
  expect(wantedLayers(ownTrack(camera([180, 360, 720])), old).map(([, active]) => active)).toEqual([
    true,
    false,
    false,
  ]);
});

const published = (spec: TrackSpec) => {
  const plane = recordingPlane();
  const publications = new Publications(plane, [spec]);
  publications.acknowledge(
    new TrackPublishedResponse({ cid: spec.cid, track: new TrackInfo({ sid: 'TR_cam' }) }),
  );
  return { plane, publications };
};

test('only changes reach the plane', () => {
  const { plane, publications } = published(camera([180, 360, 720]));
  publications.applyQuality(update(true, true, false));
  publications.applyQuality(update(true, true, false));
  expect(plane.named('setSending')).toEqual([['cam', 'f', false]]);
});

test('mute takes precedence over dynacast, whose state is kept', () => {
  const { plane, publications } = published(camera([180, 360]));
  publications.setMuted('TR_cam', true);
  publications.applyQuality(update(true, false, false));
  publications.setMuted('TR_cam', false);
  expect(plane.named('setSending')).toEqual([
    ['cam', 'q', false],
    ['cam', 'h', false],
    ['cam', 'q', true],
  ]);
});

test('a remote track changes nothing', () => {
  const { plane, publications } = published(camera([360]));
  expect(publications.setMuted('TR_other', true)).toBe(false);
  expect(plane.calls).toEqual([]);
});

test('a layer that is switched off before it is negotiated starts switched off', () => {
  const { plane, publications } = published(camera([180, 360]));
  publications.applyQuality(update(true, false, false));
  const [track] = publications.tracks;
  for (const { rid, ssrc } of track?.layers ?? []) {
    const stream = {
      cid: 'cam',
      kind: 'video',
      codec: 'vp8',
      mid: '1',
      rid,
      ssrc,
      payloadType: 96,
    } as const;
    publications.send(1, { ...stream, rtxSsrc: null, rtxPayloadType: null, extensions: {} });
  }
  expect(plane.named('send').map(([, stream]) => (stream as { active: boolean }).active)).toEqual([
    true,
    false,
  ]);
});

test('requests the same as livekit-client', () => {
  const { publications } = published(camera([180, 360, 720]));
  const [request] = publications.requests;
  expect(request).toMatchObject({ cid: 'cam', width: 1280, height: 720 });
  expect(request?.layers.map(({ quality, height }) => [quality, height])).toEqual([
    [VideoQuality.LOW, 180],
    [VideoQuality.MEDIUM, 360],
    [VideoQuality.HIGH, 720],
  ]);
  expect(request?.simulcastCodecs).toMatchObject([{ codec: 'vp8', cid: 'cam' }]);
});

test('stereo music, and speech with DTX, are announced as such', () => {
  const request = (extra: Partial<TrackSpec>): AddTrackRequest | undefined =>
    published({
      cid: 'mic',
      kind: 'audio',
      codec: 'opus',
      layers: [{ width: 0, height: 0, bitrate: 192_000 }],
      ...extra,
    }).publications.requests[0];
  expect(request({ stereo: true })).toMatchObject({
    stereo: true,
    disableDtx: true,
    audioFeatures: [AudioTrackFeature.TF_STEREO, AudioTrackFeature.TF_NO_DTX],
  });
  expect(request({ dtx: true })).toMatchObject({
    stereo: false,
    disableDtx: false,
    audioFeatures: [],
  });
});

test('a microphone without DTX and RED: every scheduled packet is sent', () => {
  const mic: TrackSpec = {
    cid: 'mic',
    kind: 'audio',
    codec: 'opus',
    layers: [{ width: 0, height: 0, bitrate: 24_000 }],
  };
  expect(published(mic).publications.requests[0]).toMatchObject({
    cid: 'mic',
    disableDtx: true,
    disableRed: true,
    stereo: false,
  });
});
