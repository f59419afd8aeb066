import { expect, test } from 'vitest';
import { recordingPlane } from '../../test/support/recording-plane.ts';
import type { TrackSpec } from '../sdp/own-track.ts';
import { WhipLink } from './whip-link.ts';

const CAMERA: TrackSpec = {
  cid: 'cam',
  kind: 'video',
  codec: 'vp8',
  layers: [{ width: 640, height: 360, bitrate: 400_000 }],
};

/** Answer in the form of pion, with this payload type and name of the codec. */
const answerWith = (payload: number, codec: string): string =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
    ...[`m=video 9 UDP/TLS/RTP/SAVPF ${payload}`, 'c=IN IP4 0.0.0.0', 'a=setup:active', 'a=mid:0'],
    ...['a=ice-ufrag:theirs', 'a=ice-pwd:their-password-of-22-chars'],
    ...[`a=fingerprint:sha-256 ${Array(32).fill('CD').join(':')}`, 'a=recvonly'],
    ...[`a=rtpmap:${payload} ${codec}/90000`, 'a=rtcp-fb:96 nack pli', 'a=rtcp-mux'],
    ...['a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid'],
    ...['a=candidate:1 1 udp 2130706431 127.0.0.1 7000 typ host', 'a=end-of-candidates', ''],
  ].join('\r\n');

const linkOf = () => {
  const plane = recordingPlane();
  return { plane, link: new WhipLink({ peers: plane, tracks: [CAMERA], cname: 'dj' }) };
};

test('an answer starts ICE as the controlling side, and gives the streams to send', () => {
  const { plane, link } = linkOf();
  expect(link.accept(answerWith(96, 'VP8'))).toMatchObject({
    sent: [{ cid: 'cam', mid: '0', payloadType: 96, rtxPayloadType: null, extensions: { mid: 4 } }],
    received: [],
  });
  expect(plane.named('connectPeer')).toMatchObject([
    [link.peer, { ufrag: 'theirs', dtlsRole: 'server', controlling: true, dataChannels: false }],
  ]);
  expect(plane.named('addCandidate')).toHaveLength(1);
});

test('an answer without the codec of a track is refused before anything starts', () => {
  const { plane, link } = linkOf();
  expect(() => link.accept(answerWith(102, 'H264'))).toThrow('refuses video in vp8');
  const bare = 'v=0\r\ns=-\r\nt=0 0\r\nm=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n';
  expect(() => link.accept(bare)).toThrow('refuses video in vp8');
  expect(plane.named('connectPeer')).toEqual([]);
});

test('a player offers every codec, and receives what the answer has', () => {
  const plane = recordingPlane();
  const link = new WhipLink({
    ...{ peers: plane, tracks: [], receive: ['audio', 'video'], cname: 'player' },
  });
  const lines = link.offer.split('\r\n');
  expect(lines.filter((line) => line === 'a=recvonly')).toHaveLength(2);
  expect(lines.filter((line) => /^a=rtpmap:\d+ (opus|VP8|H264|VP9|AV1)\//.test(line))).toHaveLength(
    6,
  );
  // The server has no audio.
  const answer = answerWith(96, 'VP8')
    .replace('a=group:BUNDLE 0', 'a=group:BUNDLE 1\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0')
    .replace('a=recvonly', 'a=sendonly\r\na=ssrc:7 cname:server')
    .replace(
      '96\r\nc=IN IP4 0.0.0.0\r\na=setup:active\r\na=mid:0',
      '96\r\nc=IN IP4 0.0.0.0\r\na=setup:active\r\na=mid:1',
    );
  expect(link.accept(answer)).toMatchObject({
    sent: [],
    received: [{ mid: '1', kind: 'video', trackSid: 'video-1', ssrc: 7, muted: false }],
  });
});

test('an answer with nothing to receive is refused', () => {
  const plane = recordingPlane();
  const link = new WhipLink({ peers: plane, tracks: [], receive: ['video'], cname: 'player' });
  expect(() => link.accept(answerWith(96, 'VP8'))).toThrow('neither audio nor video');
  expect(plane.named('connectPeer')).toEqual([]);
});
