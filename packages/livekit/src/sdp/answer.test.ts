import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { localPeer } from '../../test/support/recording-plane.ts';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import { AnswerWriter } from './answer.ts';
import { readDescription } from './read.ts';

const answerTo = (offer: string, writer = new AnswerWriter()) =>
  writer.write({ offer, sessionId: 1, version: 1, local: localPeer(1) });

test('accepts Opus, VP8, H.264, VP9 and AV1 with their repair streams, under the numbers of the offer', () => {
  const { transport, sections } = readDescription(answerTo(sdpFixture('offer-v0-1.11.0')));
  expect(transport).toMatchObject({ ufrag: 'ufrag1', setup: 'active', dataChannels: true });
  expect(sections.map(({ mid, direction }) => `${mid} ${direction}`)).toEqual([
    '0 sendrecv',
    '1 recvonly',
    '2 recvonly',
  ]);
  const payloads = (index: number) =>
    sections[index]?.payloads.map(
      ({ codec, payloadType, rtxPayloadType }) => `${codec} ${payloadType}/${rtxPayloadType}`,
    );
  expect(payloads(1)).toEqual(['opus 111/null']);
  expect(payloads(2)).toEqual([
    'vp8 96/97',
    'vp9 98/99',
    'vp9 100/101',
    'h264 125/126',
    'h264 108/109',
    'av1 35/36',
  ]);
  expect(sections[2]?.feedback).toEqual(new Set(['ccm fir', 'nack', 'nack pli', 'goog-remb']));
});

test('keeps the extensions that both know, under the numbers of the offer', () => {
  const { sections } = readDescription(answerTo(sdpFixture('offer-v0-1.11.0')));
  expect(sections[1]?.extensions).toEqual({ absCaptureTime: 2 });
  const { media } = parse(answerTo(sdpFixture('offer-chromium')));
  expect(media[1]?.ext?.map(({ uri }) => uri)).not.toContain('urn:3gpp:video-orientation');
});

test('an m-line without a supported codec is rejected, and not bundled', () => {
  const onlyH265 = sdpFixture('offer-v0-1.11.0').replace(/m=video[\s\S]*$/, () =>
    [
      'm=video 9 UDP/TLS/RTP/SAVPF 35 36',
      'c=IN IP4 0.0.0.0',
      'a=mid:2',
      'a=rtpmap:35 H265/90000',
      'a=rtpmap:36 rtx/90000',
      'a=fmtp:36 apt=35',
      'a=sendrecv',
      '',
    ].join('\r\n'),
  );
  const { media, groups } = parse(answerTo(onlyH265));
  expect(media[2]).toMatchObject({ port: 0, direction: 'inactive', mid: 2 });
  expect(groups).toEqual([{ type: 'BUNDLE', mids: '0 1' }]);
});

test('an m-line that the server has emptied is answered as inactive', () => {
  const emptied = sdpFixture('offer-v0-1.11.0').replace(
    /(m=video[\s\S]*)a=sendrecv/,
    '$1a=inactive',
  );
  expect(parse(answerTo(emptied)).media[2]).toMatchObject({ port: 9, direction: 'inactive' });
});

test('unchanged m-lines keep their answer, changed ones get a new one', () => {
  const writer = new AnswerWriter();
  const offer = sdpFixture('offer-v0-1.11.0');
  const first = answerTo(offer, writer);
  expect(answerTo(offer, writer)).toBe(first);
  const emptied = offer.replace(/(m=video[\s\S]*)a=sendrecv/, '$1a=inactive');
  expect(answerTo(emptied, writer)).toBe(answerTo(emptied));
});
