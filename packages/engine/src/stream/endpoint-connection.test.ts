import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROCESS_CLOCK_OFFSET_MS, steadyClock } from '@livekit-swarm/livekit';
import { expect, onTestFinished, test } from 'vitest';
import { recordingPlane } from '../../../livekit/test/support/recording-plane.ts';
import type { StreamMedia } from '../native/participant/stream-media.ts';
import { EndpointConnection } from './endpoint-connection.ts';

/** Connection to an endpoint whose answers the test gives, and its warnings. */
const connect = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  clock = steadyClock(PROCESS_CLOCK_OFFSET_MS),
) => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const plane = Object.assign(recordingPlane(), {
    prepare: () => Promise.resolve(),
    iceServers: () => {},
  });
  const layers = [{ width: 0, height: 0, bitrate: 48_000 }];
  const media = {
    ...{ plane, tracks: [{ cid: 'mic', kind: 'audio', codec: 'opus', layers }] },
    observe: () => {},
  } as unknown as StreamMedia;
  const warnings: unknown[] = [];
  const connection = new EndpointConnection({
    ...{ protocol: 'whip', token: 'token', media, clock, cname: 'dj', onLost: () => {} },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`,
    emit: (event, _, { reason, message }) => warnings.push([event, reason, message]),
  });
  return { seen, warnings, connection };
};

const NOT_ENDED = (message: string) => [
  ['warning', 'endpoint_not_ended', expect.stringContaining(message)],
];

test('an offer that is under way at the end is awaited, and its session is ended', async () => {
  const offer = Promise.withResolvers<ServerResponse>();
  const { seen, warnings, connection } = await connect(({ method }, response) => {
    if (method === 'POST') offer.resolve(response);
    else setTimeout(() => response.writeHead(200).end(), 50);
  });
  const started = connection.start();
  const response = await offer.promise;
  connection.stop('leave');
  // Longer than the end of a session may take.
  setTimeout(() => response.writeHead(201, { location: '/s' }).end('v=0'), 1_200);
  await connection.ended;
  expect(seen).toEqual(['POST /a', 'DELETE /s']);
  expect(warnings).toEqual([]);
  expect(await started).toMatchObject({ reason: 'encoder_ended' });
});

test('an offer without an answer at the end is a warning', async () => {
  const offer = Promise.withResolvers<void>();
  const clock = steadyClock(PROCESS_CLOCK_OFFSET_MS);
  const quick = { ...clock, after: (ms: number, act: () => void) => clock.after(ms / 100, act) };
  const { warnings, connection } = await connect(() => offer.resolve(), quick);
  void connection.start();
  await offer.promise;
  connection.stop('leave');
  await connection.ended;
  expect(warnings).toEqual(NOT_ENDED('the offer had no answer'));
});

test('the end of a session that has failed is awaited', async () => {
  const { seen, warnings, connection } = await connect(({ method }, response) => {
    if (method === 'DELETE') setTimeout(() => response.writeHead(500).end(), 100);
    else response.writeHead(201, { location: '/s' }).end('v=0');
  });
  expect(await connection.start()).toMatchObject({ reason: 'endpoint_offer_refused' });
  connection.stop('fail');
  await connection.ended;
  expect(seen).toEqual(['POST /a', 'DELETE /s']);
  expect(warnings).toEqual(NOT_ENDED('HTTP 500 to DELETE'));
});

test('a session that cannot be ended is a warning', async () => {
  const location = 'http://other.example.com/s';
  const { warnings, connection } = await connect((_, response) =>
    response.writeHead(201, { location }).end('v=0'),
  );
  expect(await connection.start()).toMatchObject({ reason: 'endpoint_no_location' });
  await connection.ended;
  expect(warnings).toEqual(NOT_ENDED('without a usable URL'));
});
