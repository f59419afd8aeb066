import { SessionDescription } from '@livekit/protocol';
import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { recordingPlane } from '../../test/support/recording-plane.ts';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import { ownTrack } from '../sdp/own-track.ts';
import { OfferingLink } from './offering-link.ts';
import { Receivers } from './receivers.ts';

const layer = (height: number) => ({ width: (height * 16) / 9, height, bitrate: 1 });

const opened = () => {
  const plane = recordingPlane();
  const offers: SessionDescription[] = [];
  const streams: { cid: string; rid: string | null; mid: string }[] = [];
  const rejected: string[] = [];
  const link = new OfferingLink({
    peers: plane,
    receivers: new Receivers(plane, (sid) => sid === 'TR_VCJ6NrGmdvSEqD'),
    cname: 'self',
    tracks: [
      ownTrack({
        cid: 'mic',
        kind: 'audio',
        codec: 'opus',
        layers: [{ width: 0, height: 0, bitrate: 1 }],
      }),
      ownTrack({
        cid: 'cam',
        kind: 'video',
        codec: 'vp8',
        layers: [layer(180), layer(360), layer(720)],
      }),
    ],
    room: { audio: 1, video: 1 },
    sendOffer: (offer) => offers.push(offer),
    onStream: (stream) => streams.push(stream),
    onRejected: (cid) => rejected.push(cid),
  });
  return { plane, link, offers, streams, rejected };
};

const answer = (id: number, change: (sdp: string) => string = (sdp) => sdp) =>
  new SessionDescription({ type: 'answer', id, sdp: change(sdpFixture('answer-v1-1.13.4')) });

test('one offer is in flight; changes meanwhile are collected in the next one', () => {
  const { link, offers } = opened();
  link.takeOffer();
  link.addReceiving(2, 0);
  link.negotiate();
  link.addReceiving(0, 1);
  link.negotiate();
  expect(offers).toEqual([]);
  link.acceptAnswer(answer(1));
  expect(offers.map(({ id }) => id)).toEqual([2]);
  expect(parse(offers[0]?.sdp ?? '').media.map(({ type, mid }) => `${type} ${mid}`)).toEqual([
    'application 0',
    'audio 1',
    'video 2',
    'audio 3',
    'video 4',
    'audio 5',
    'audio 6',
    'video 7',
  ]);
});

test('an offer is sent even if it adds no m-line: the server puts tracks on existing m-lines', () => {
  const { link, offers } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1));
  link.addReceiving(0, 0);
  link.negotiate();
  expect(offers.map(({ id }) => id)).toEqual([2]);
});

test('more m-lines than any room needs are an error, and no offer is sent', () => {
  const { link, offers } = opened();
  expect(() => link.addReceiving(0xffff_ffff, 1)).toThrow(/asked for 4294967300 m-lines; at most/);
  link.negotiate();
  expect(parse(offers[0]?.sdp ?? '').media).toHaveLength(5);
});

test('answers to other offers than the one in flight are ignored', () => {
  const { link, plane } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(7));
  expect(plane.named('connectPeer')).toEqual([]);
  link.acceptAnswer(answer(1));
  link.acceptAnswer(answer(1));
  expect(plane.named('connectPeer')).toHaveLength(1);
});

test('each stream to send is reported once, with the parameters negotiated for its m-line', () => {
  const { link, streams, rejected } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1));
  link.negotiate();
  link.acceptAnswer(answer(2));
  expect(streams.map(({ cid, rid, mid }) => `${cid} ${rid} ${mid}`)).toEqual([
    'mic null 1',
    'cam q 2',
    'cam h 2',
    'cam f 2',
  ]);
  expect(streams[0]).toMatchObject({
    payloadType: 111,
    rtxPayloadType: null,
    extensions: { mid: 4, audioLevel: 1, absCaptureTime: 8 },
  });
  expect(streams[1]).toMatchObject({ payloadType: 96, rtxPayloadType: 97 });
  expect(rejected).toEqual([]);
});

test('a track that the server rejects is reported', () => {
  const { link, streams, rejected } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1, (sdp) => sdp.replace(/(a=mid:2[\s\S]*?)a=recvonly/, '$1a=inactive')));
  expect(rejected).toEqual(['cam']);
  expect(streams.map(({ cid }) => cid)).toEqual(['mic']);
});

test('answers add and remove remote tracks', () => {
  const { link, plane } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1));
  expect(plane.named('receive').map(([peer, stream]) => [peer, stream])).toMatchObject([
    [1, { mid: '3', trackSid: 'TR_AM6qpfEMHDyTuy', muted: false }],
    [1, { mid: '4', trackSid: 'TR_VCJ6NrGmdvSEqD', muted: true }],
  ]);
  link.negotiate();
  link.acceptAnswer(answer(2));
  expect(plane.named('receive')).toHaveLength(2);
  link.negotiate();
  // The video is unsubscribed; the m-line of the audio has another track now.
  link.acceptAnswer(
    answer(3, (sdp) =>
      sdp
        .replace(/(a=mid:4[\s\S]*?)a=sendonly/, '$1a=inactive')
        .replaceAll('TR_AM6qpfEMHDyTuy', 'TR_another')
        .replaceAll('1233191630', '77'),
    ),
  );
  expect(plane.named('stopReceiving')).toEqual([
    [1, '3'],
    [1, '4'],
  ]);
  expect(plane.named('receive').at(-1)).toMatchObject([
    1,
    { mid: '3', trackSid: 'TR_another', ssrc: 77 },
  ]);
});

test('remote candidates wait for the description that they belong to', () => {
  const { link, plane } = opened();
  link.takeOffer();
  link.link.addCandidate('candidate:9 1 udp 1 10.0.0.1 9 typ host');
  link.link.addCandidate('');
  expect(plane.named('addCandidate')).toEqual([]);
  link.acceptAnswer(answer(1));
  const order = plane.calls.map(({ name }) => name);
  expect(order.indexOf('connectPeer')).toBeLessThan(order.indexOf('addCandidate'));
  expect(plane.named('addCandidate').map(([, candidate]) => candidate)).toContain(
    'candidate:9 1 udp 1 10.0.0.1 9 typ host',
  );
  link.link.addCandidate('candidate:10 1 udp 1 10.0.0.2 9 typ host');
  expect(plane.named('addCandidate').at(-1)).toEqual([
    1,
    'candidate:10 1 udp 1 10.0.0.2 9 typ host',
  ]);
});

test('the offerer controls ICE, and takes the remaining DTLS role', () => {
  const { link, plane } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1));
  expect(plane.named('connectPeer')[0]?.[1]).toMatchObject({
    controlling: true,
    dtlsRole: 'server',
    dataChannels: true,
  });
});

test('the number of candidates that a server can add is limited', () => {
  const { plane, link } = opened();
  link.takeOffer();
  const trickle = (count: number): void => {
    for (let port = 1; port <= count; port++)
      link.link.addCandidate(`candidate:${port} 1 udp 1 10.0.0.1 ${port} typ host`);
  };
  trickle(500);
  link.acceptAnswer(answer(1));
  trickle(500);
  expect(plane.named('addCandidate')).toHaveLength(100);
});

test('a restart offers new credentials at once, and holds candidates until the answer', () => {
  const { link, plane, offers } = opened();
  link.takeOffer();
  link.acceptAnswer(answer(1));
  link.negotiate();
  link.restart();
  expect(offers.map(({ id }) => id)).toEqual([2, 3]);
  expect(parse(offers[1]?.sdp ?? '').media[0]).toMatchObject({ iceUfrag: 'restart1' });
  link.acceptAnswer(answer(2));
  link.link.addCandidate('candidate:9 1 udp 1 10.0.0.1 9 typ host');
  expect(plane.named('addCandidate').map(([, candidate]) => candidate)).not.toContain(
    'candidate:9 1 udp 1 10.0.0.1 9 typ host',
  );
  link.acceptAnswer(answer(3, (sdp) => sdp.replaceAll('SmaObsPCEqkysiDx', 'afterTheRestart1')));
  expect(plane.named('connectPeer')).toHaveLength(2);
  expect(plane.named('addCandidate').at(-1)).toEqual([
    1,
    'candidate:9 1 udp 1 10.0.0.1 9 typ host',
  ]);
});
