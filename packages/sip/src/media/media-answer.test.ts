import { expect, test } from 'vitest';
import { readMediaAnswer } from './media-answer.ts';

const sdp = (host: string, ...lines: string[]): string =>
  [
    ...['v=0', 'o=side 1 1 IN IP4 192.0.2.1', 's=-', `c=IN IP4 ${host}`, 't=0 0'],
    ...['m=audio 4000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', ...lines, ''],
  ].join('\r\n');

test('has the address of audio, and of telephone events', () => {
  const answer = { host: '192.0.2.1', port: 4_000, eventPayloadType: 101 };
  expect(readMediaAnswer(sdp('192.0.2.1'))).toEqual(answer);
  expect(readMediaAnswer(sdp('192.0.2.1', 'a=recvonly'))).toEqual(answer);
});

test.each([
  ['the address of hold', sdp('0.0.0.0')],
  ['sendonly', sdp('192.0.2.1', 'a=sendonly')],
  ['inactive', sdp('192.0.2.1', 'a=inactive')],
  ['inactive for all media', sdp('192.0.2.1').replace('m=', 'a=inactive\r\nm=')],
])('a side that holds the call takes nothing: %s', (_, text) => {
  expect(readMediaAnswer(text)).toBeNull();
});
