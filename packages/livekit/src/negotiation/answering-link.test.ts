import { SessionDescription } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { recordingPlane } from '../../test/support/recording-plane.ts';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import { readDescription } from '../sdp/read.ts';
import { AnsweringLink } from './answering-link.ts';
import { Receivers } from './receivers.ts';

const opened = () => {
  const plane = recordingPlane();
  return { plane, link: new AnsweringLink(plane, new Receivers(plane, () => false)) };
};

const offer = (id: number, change: (sdp: string) => string = (sdp) => sdp) =>
  new SessionDescription({ type: 'offer', id, sdp: change(sdpFixture('offer-v0-1.11.0')) });

test('answers under the id of the offer, and receives the offered tracks', () => {
  const { plane, link } = opened();
  const { answer, restarted } = link.acceptOffer(offer(122));
  expect(answer).toMatchObject({ type: 'answer', id: 122 });
  expect(restarted).toBe(false);
  expect(plane.named('connectPeer')).toMatchObject([
    [1, { controlling: false, dtlsRole: 'client' }],
  ]);
  expect(plane.named('receive')).toMatchObject([
    [1, { mid: '1', kind: 'audio', trackSid: 'TR_AMSod9guwAQqjV', ssrc: 2456578155, nack: true }],
    [1, { mid: '2', kind: 'video', pli: true, remb: true }],
  ]);
});

test('does not wait for payloads that it rejected', () => {
  const { plane, link } = opened();
  link.acceptOffer(offer(1));
  const [, stream] = plane.named('receive')[1] ?? [];
  expect((stream as { payloads: { codec: string }[] }).payloads.map(({ codec }) => codec)).toEqual([
    'vp8',
    'vp9',
    'vp9',
    'h264',
    'h264',
    'av1',
  ]);
});

test('a lite server never controls', () => {
  const { plane, link } = opened();
  link.acceptOffer(
    offer(1, (sdp) => sdp.replace('a=extmap-allow-mixed', 'a=ice-lite\r\na=extmap-allow-mixed')),
  );
  expect(plane.named('connectPeer')[0]?.[1]).toMatchObject({ controlling: true });
});

test('new credentials in an offer restart ICE: the local ones change too', () => {
  const { plane, link } = opened();
  const first = link.acceptOffer(offer(1)).answer;
  const { answer, restarted } = link.acceptOffer(
    offer(2, (sdp) => sdp.replaceAll('WLozqkoGVZZOxgUX', 'afterTheRestart1')),
  );
  expect(restarted).toBe(true);
  expect(plane.named('restartIce')).toEqual([[1]]);
  expect(readDescription(first.sdp).transport.ufrag).toBe('ufrag1');
  expect(readDescription(answer.sdp).transport.ufrag).toBe('restart1');
  expect(plane.named('receive')).toHaveLength(2);
});

test('tracks that an offer removes end', () => {
  const { plane, link } = opened();
  link.acceptOffer(offer(1));
  link.acceptOffer(offer(2, (sdp) => sdp.replace(/(a=mid:2[\s\S]*)a=sendrecv/, '$1a=inactive')));
  expect(plane.named('stopReceiving')).toEqual([[1, '2']]);
});
