import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { localPeer } from '../../test/support/recording-plane.ts';
import { ownTrack, type TrackSpec } from './own-track.ts';
import { readDescription } from './read.ts';
import { writeWhipOffer } from './whip-offer.ts';

const AUDIO: TrackSpec = {
  cid: 'mic',
  kind: 'audio',
  codec: 'opus',
  stereo: true,
  layers: [{ width: 0, height: 0, bitrate: 96_000 }],
};
const camera = (codec: 'vp8' | 'h264', layers: number): TrackSpec => ({
  cid: 'cam',
  kind: 'video',
  codec,
  layers: [180, 360, 720]
    .slice(-layers)
    .map((height) => ({ width: (height * 16) / 9, height, bitrate: height * 1_000 })),
});

const offerOf = (...specs: TrackSpec[]): string =>
  writeWhipOffer({
    sessionId: 4_711,
    local: localPeer(1),
    tracks: specs.map(ownTrack),
    cname: 'dj',
  });

test('an offer has the tracks alone, bundled, with all candidates and no data channels', () => {
  const sdp = offerOf(AUDIO, camera('h264', 1));
  const { groups, media } = parse(sdp);
  expect(groups).toEqual([{ type: 'BUNDLE', mids: '0 1' }]);
  expect(media.map(({ type, direction, setup }) => `${type} ${direction} ${setup}`)).toEqual([
    'audio sendonly actpass',
    'video sendonly actpass',
  ]);
  expect(media[0]).toMatchObject({ endOfCandidates: 'end-of-candidates' });
  expect(readDescription(sdp).transport).toMatchObject({
    candidates: localPeer(1).candidates,
    candidatesEnded: true,
    dataChannels: false,
  });
});

test('each track is offered in its own codec alone, with its repair stream', () => {
  const codecsOf = (spec: TrackSpec) =>
    parse(offerOf(spec)).media[0]?.rtp.map(({ codec }) => codec);
  expect(codecsOf(AUDIO)).toEqual(['opus']);
  expect(codecsOf(camera('vp8', 1))).toEqual(['VP8', 'rtx']);
  expect(codecsOf(camera('h264', 1))).toEqual(['H264', 'rtx']);
});

test('simulcast layers are in the order of preference, the highest first', () => {
  const [video] = parse(offerOf(camera('vp8', 3))).media;
  expect(video?.simulcast).toEqual({ dir1: 'send', list1: 'f;h;q' });
  expect(video?.rids?.map(({ id }) => id)).toEqual(['f', 'h', 'q']);
});
