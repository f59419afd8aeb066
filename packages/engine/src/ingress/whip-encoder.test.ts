import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROCESS_CLOCK_OFFSET_MS, steadyClock } from '@livekit-swarm/livekit';
import { expect, onTestFinished, test } from 'vitest';
import { recordingPlane } from '../../../livekit/test/support/recording-plane.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';
import { startWhip } from './whip-encoder.ts';

/** Answer in the form of pion. */
const ANSWER = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
  ...['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=setup:active', 'a=mid:0'],
  ...['a=ice-ufrag:theirs', 'a=ice-pwd:their-password-of-22-chars'],
  ...[`a=fingerprint:sha-256 ${Array(32).fill('CD').join(':')}`, 'a=recvonly'],
  ...['a=rtpmap:111 opus/48000/2', 'a=rtcp-mux'],
  ...['a=candidate:1 1 udp 2130706431 127.0.0.1 7000 typ host', 'a=end-of-candidates', ''],
].join('\r\n');

/** WHIP endpoint whose answers to offers the test gives, and a client of it. */
const session = async () => {
  const asked: string[] = [];
  const offer = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      if (request.method === 'DELETE') response.writeHead(200).end();
      else offer.resolve(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plane = Object.assign(recordingPlane(), {
    prepare: () => Promise.resolve(),
    iceServers: () => {},
  });
  const layers = [{ width: 0, height: 0, bitrate: 48_000 }];
  const media = {
    ...{ plane, tracks: [{ cid: 'mic', kind: 'audio', codec: 'opus', layers }] },
    observe: () => {},
  } as unknown as StreamMedia;
  const stream = { url: `${apiBase}/w`, streamKey: 'key', apiBase };
  const encoder = startWhip(stream, media, steadyClock(PROCESS_CLOCK_OFFSET_MS), 'dj');
  const offered = await offer.promise;
  return {
    ...{ asked, plane, encoder },
    answer: (sdp: string) => offered.writeHead(201, { location: '/w/session' }).end(sdp),
  };
};

test('a client that leaves during its offer ends the session that the answer names', async () => {
  const { asked, plane, encoder, answer } = await session();
  encoder.stop('leave');
  answer('v=0');
  await encoder.ended;
  expect(asked).toEqual(['POST /w', 'DELETE /w/session']);
  expect(plane.named('closePeer')).toHaveLength(1);
  expect(plane.named('connectPeer')).toEqual([]);
});

test('a client does not wait long for the answer to its offer when it leaves', async () => {
  const { asked, encoder } = await session();
  encoder.stop('leave');
  await encoder.ended;
  expect(asked).toEqual(['POST /w']);
});

test.each([
  ['fail', ['POST /w', 'DELETE /w/session']],
  ['disappear', ['POST /w']],
] as const)('a connected client that ends with %s', async (how, expected) => {
  const { asked, plane, encoder, answer } = await session();
  answer(ANSWER);
  await expect.poll(() => plane.named('connectPeer')).toHaveLength(1);
  encoder.stop(how);
  expect(await encoder.ended).toMatchObject({ reason: 'encoder_ended' });
  expect(plane.named('dropPeer')).toHaveLength(1);
  await expect.poll(() => asked).toEqual(expected);
});

test('an answer that refuses the track ends the session', async () => {
  const { asked, plane, encoder, answer } = await session();
  answer('v=0');
  expect(await encoder.ended).toMatchObject({
    ...{ reason: 'whip_offer_refused', retryable: false },
    message: 'the answer refuses audio in opus',
  });
  await expect.poll(() => asked).toEqual(['POST /w', 'DELETE /w/session']);
  expect(plane.named('dropPeer')).toHaveLength(1);
});
