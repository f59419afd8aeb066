import { expect, test } from 'vitest';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import { DescriptionReader, readDescription } from './read.ts';
import { receiveStream } from './streams.ts';

test('an answer of livekit-server over one PeerConnection', () => {
  const { transport, extensions, sections } = readDescription(sdpFixture('answer-v1-1.13.4'));
  expect(transport).toMatchObject({
    ufrag: 'SmaObsPCEqkysiDx',
    setup: 'active',
    iceLite: false,
    dataChannels: true,
    candidatesEnded: true,
  });
  expect(transport.fingerprint).toMatch(/^sha-256 25:60:8A:/);
  expect(transport.candidates).toEqual([
    'candidate:2878742611 1 udp 2130706431 127.0.0.1 17882 typ host',
    'candidate:375738803 1 tcp 1671430143 127.0.0.1 17883 typ host tcptype passive',
  ]);
  expect(extensions).toEqual({
    audioLevel: 1,
    absSendTime: 2,
    transportWideCc: 3,
    mid: 4,
    absCaptureTime: 8,
    rid: 10,
    repairedRid: 11,
  });
  expect(sections.map(({ mid, kind, direction }) => `${mid} ${kind} ${direction}`)).toEqual([
    '0 application sendrecv',
    '1 audio recvonly',
    '2 video recvonly',
    '3 audio sendonly',
    '4 video sendonly',
  ]);
  expect(sections[1]?.extensions).toEqual({ audioLevel: 1, mid: 4, absCaptureTime: 8 });
  expect(sections[1]?.payloads).toEqual([
    { payloadType: 111, codec: 'opus', clockRate: 48_000, rtxPayloadType: null },
  ]);
});

test('answers to two participants differ only in their own values', () => {
  const first = sdpFixture('answer-v1-1.13.4');
  const second = first
    .replaceAll('SmaObsPCEqkysiDx', 'otherUfrag')
    .replaceAll('1233191630', '4711')
    .replaceAll('TR_AM6qpfEMHDyTuy', 'TR_other');
  const { sections: before } = readDescription(first);
  const { transport, sections } = readDescription(second);
  expect(transport.ufrag).toBe('otherUfrag');
  expect(sections[3]).toMatchObject({ ssrc: 4711, msid: { track: 'TR_other' } });
  expect(sections[3]?.payloads).toEqual(before[3]?.payloads);
  expect(before[3]).toMatchObject({ ssrc: 1_233_191_630, msid: { track: 'TR_AM6qpfEMHDyTuy' } });
});

test('the tracks that it sends', () => {
  const { sections } = readDescription(sdpFixture('answer-v1-1.13.4'));
  expect(sections.map((section) => receiveStream(section, {}))).toMatchObject([
    null,
    null,
    null,
    {
      mid: '3',
      kind: 'audio',
      trackSid: 'TR_AM6qpfEMHDyTuy',
      participantSid: 'PA_sZLh8LNYg7MV',
      ssrc: 1233191630,
      rtxSsrc: null,
      nack: true,
      pli: false,
      remb: false,
    },
    {
      mid: '4',
      kind: 'video',
      trackSid: 'TR_VCJ6NrGmdvSEqD',
      ssrc: 567650785,
      rtxSsrc: 511921665,
      payloads: [{ payloadType: 96, codec: 'vp8', clockRate: 90_000, rtxPayloadType: 97 }],
      nack: true,
      pli: true,
      remb: true,
    },
  ]);
});

test('the mapping in the message takes precedence over the description', () => {
  const [, , , audio] = readDescription(sdpFixture('answer-v1-1.13.4')).sections;
  if (audio === undefined) throw new Error('no such section');
  expect(receiveStream(audio, { 3: 'TR_other' })?.trackSid).toBe('TR_other');
});

test('an offer of livekit-server for the subscriber', () => {
  const { transport, sections } = readDescription(sdpFixture('offer-v0-1.11.0'));
  expect(transport).toMatchObject({ setup: 'actpass', dataChannels: true });
  const video = sections.find(({ kind }) => kind === 'video');
  expect(
    video?.payloads.map(
      ({ codec, payloadType, rtxPayloadType }) => `${codec} ${payloadType}/${rtxPayloadType}`,
    ),
  ).toEqual([
    'vp8 96/97',
    'vp9 98/99',
    'vp9 100/101',
    'h264 125/126',
    'h264 108/109',
    'av1 35/36',
    'other 116/117',
  ]);
  const audio = sections.find(({ kind }) => kind === 'audio');
  expect(audio === undefined ? null : receiveStream(audio, {})).toMatchObject({
    trackSid: 'TR_AMSod9guwAQqjV',
    ssrc: 2456578155,
  });
});

test('an offer of a browser', () => {
  const { transport, sections } = readDescription(sdpFixture('offer-chromium'));
  expect(transport).toMatchObject({ ufrag: '60QK', setup: 'actpass' });
  expect(sections.map(({ direction, ssrc, rtxSsrc }) => [direction, ssrc, rtxSsrc])).toEqual([
    ['sendonly', 3209470895, null],
    ['sendonly', null, null],
    ['sendonly', 3420569984, 2056277341],
    ['recvonly', null, null],
    ['sendrecv', null, null],
  ]);
  expect(sections[1]?.feedback).toEqual(
    new Set(['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli']),
  );
});

test('a rejected m-line has no stream', () => {
  const sdp = sdpFixture('answer-v1-1.13.4').replace(
    /m=audio 9 (.*\r\n(?:(?!m=).*\r\n)*?a=mid:3)/,
    'm=audio 0 $1',
  );
  const [, , , audio] = readDescription(sdp).sections;
  if (audio === undefined) throw new Error('no such section');
  expect(audio.rejected).toBe(true);
  expect(receiveStream(audio, {})).toBeNull();
});

test('ICE credentials that look like numbers stay texts', () => {
  const sdp = sdpFixture('answer-v1-1.13.4')
    .replaceAll('SmaObsPCEqkysiDx', '00123456')
    .replaceAll('qOUDQoDQYKgIyUqDIvjWsfadUOmOrieX', '12345678901234567890');
  expect(readDescription(sdp).transport).toMatchObject({
    ufrag: '00123456',
    pwd: '12345678901234567890',
  });
});

test('a codec that looks like a number is another codec', () => {
  const sdp = sdpFixture('answer-v1-1.13.4').replace('opus/48000', '1234/48000');
  expect(readDescription(sdp).sections[1]?.payloads).toMatchObject([{ codec: 'other' }]);
});

test('numbers that no packet carries are left out', () => {
  const sdp = sdpFixture('answer-v1-1.13.4')
    .replaceAll('a=rtpmap:111', 'a=rtpmap:511')
    .replaceAll('a=ssrc:1233191630', 'a=ssrc:99999999999')
    .replaceAll('a=extmap:1 ', 'a=extmap:0 ');
  const { extensions, sections } = readDescription(sdp);
  expect(extensions.audioLevel).toBeUndefined();
  expect(sections[1]?.payloads).toEqual([]);
  expect(sections[3]?.ssrc).toBeNull();
});

test('a mid named like an inherited property is not in the mapping', () => {
  const sdp = sdpFixture('answer-v1-1.13.4').replace('a=mid:3', 'a=mid:toString');
  const [, , , audio] = readDescription(sdp).sections;
  if (audio === undefined) throw new Error('no such section');
  expect(receiveStream(audio, {})?.trackSid).toBe('TR_AM6qpfEMHDyTuy');
});

test.each([
  ['ICE credentials', /a=ice-.*\r\n/g],
  ['DTLS fingerprint', /a=fingerprint.*\r\n/g],
])('a description without %s is refused', (what, lines) => {
  expect(() => readDescription(sdpFixture('answer-v1-1.13.4').replace(lines, ''))).toThrow(what);
});

test('a reader with a cache returns the same', () => {
  const reader = new DescriptionReader();
  const first = sdpFixture('answer-v1-1.13.4');
  const second = first.replace(/(a=mid:4[\s\S]*?)a=sendonly/, '$1a=inactive');
  for (const sdp of [first, second, first, first])
    expect(reader.read(sdp)).toEqual(readDescription(sdp));
});
