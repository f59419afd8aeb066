import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit, TESTED_VERSIONS } from '@livekit-swarm/lab';
import { startPathProxy } from '@livekit-swarm/testkit/path-proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeToken, type TokenRequest } from '../src/token.ts';
import { validateAdmission } from '../src/validate.ts';

const askAt = async (url: string, token: string) => {
  const answer = await validateAdmission({ url, token, timeoutMs: 3_000 });
  if (answer.ok) return answer.signalling;
  expect(JSON.stringify(answer.rejection)).not.toContain('eyJ');
  expect(answer.rejection.hint).toBeTruthy();
  return answer.rejection.reason;
};

const request = (credentials: { apiKey: string; apiSecret: string }): TokenRequest => ({
  ...credentials,
  room: 'room',
  identity: 'participant',
  publish: { audio: true, video: false, data: false },
  subscribe: true,
  ttlSeconds: 60,
});

describe.each(TESTED_VERSIONS)('livekit-server %s', (version) => {
  let dir: string;
  let server: LiveKitServer;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swarm-livekit-test-'));
    server = await startLiveKit({
      dir,
      version,
      config: { room: { auto_create: false }, limit: { num_tracks: 100 } },
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('a room that does not exist', async () => {
    expect(await askAt(server.url, makeToken(request(server)))).toBe('room_not_found');
  });

  test('a wrong secret', async () => {
    const token = makeToken(
      request({ ...server, apiSecret: 'not-the-secret-but-long-enough-for-hmac' }),
    );
    expect(await askAt(server.url, token)).toBe('unauthorized');
  });

  test('an unknown key', async () => {
    expect(await askAt(server.url, makeToken(request({ ...server, apiKey: 'unknown-key' })))).toBe(
      'unauthorized',
    );
  });

  test('text that is not a token', async () => {
    expect(await askAt(server.url, 'not-a-token')).toBe('unauthorized');
  });

  test('an expired token', async () => {
    expect(await askAt(server.url, makeToken({ ...request(server), ttlSeconds: -3_600 }))).toBe(
      'unauthorized',
    );
  });

  test('a token for another purpose', async () => {
    const { AccessToken } = await import('livekit-server-sdk');
    const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'participant' });
    token.addGrant({ roomList: true });
    expect(await askAt(server.url, await token.toJwt())).toBe('forbidden');
  });

  test('http as well as ws, and an existing room', async () => {
    const { RoomServiceClient } = await import('livekit-server-sdk');
    await new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret).createRoom({
      name: 'room',
    });
    const token = makeToken(request(server));
    expect(await askAt(server.url, token)).toBe('v1');
    expect(await askAt(server.httpUrl, token)).toBe('v1');
  });

  test('a proxy that removes /rtc/ of longer paths: the fallback of browsers passes', async () => {
    const port = Number(new URL(server.httpUrl).port);
    await using proxy = await startPathProxy([
      { prefix: '/rtc/', strip: '/rtc', port },
      { prefix: '/', port },
    ]);
    const url = `ws://127.0.0.1:${proxy.port}`;
    const { RoomServiceClient } = await import('livekit-server-sdk');
    await new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret).createRoom({
      name: 'room',
    });
    const answer = await validateAdmission({
      url,
      token: makeToken(request(server)),
      timeoutMs: 3_000,
    });
    expect(answer).toMatchObject({
      ok: true,
      signalling: 'v0',
      belowRtc: { reason: 'wrong_path' },
    });
    const wrong = { ...server, apiSecret: 'not-the-secret-but-long-enough-for-hmac' };
    expect(await askAt(url, makeToken(request(wrong)))).toBe('unauthorized');
  });
});

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('servers other than livekit-server', () => {
  const token = makeToken(
    request({ apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' }),
  );

  test('no server there', async () => {
    expect(await askAt('ws://127.0.0.1:1', token)).toBe('unreachable');
  });

  test('a name that does not exist', async () => {
    expect(await askAt('wss://no-such-host.invalid', token)).toBe('unreachable');
  });

  test.each([
    [404, 'not found', 'not_livekit'],
    [200, '<html>welcome</html>', 'web_page'],
    [301, '', 'not_livekit'],
    [502, 'bad gateway', 'bad_gateway'],
    [503, 'no server is available', 'bad_gateway'],
  ])('a web server that answers %i', async (status, body, reason) => {
    const web = createHttpServer((_request, response) => response.writeHead(status).end(body));
    expect(await askAt(`ws://${await listening(web)}`, token)).toBe(reason);
    web.close();
  });

  test('a proxy that removes the header Authorization: browsers pass', async () => {
    const web = createHttpServer((incoming, response) => {
      const known = incoming.url?.includes('access_token=eyJ') === true;
      response.writeHead(known ? 200 : 401).end(known ? 'success' : 'permissions denied');
    });
    expect(await askAt(`ws://${await listening(web)}`, token)).toBe('authorization_removed');
    web.close();
  });

  test('a proxy that rejects only the long query of /rtc/v1', async () => {
    const web = createHttpServer((incoming, response) => {
      const known = incoming.url?.startsWith('/rtc/validate') === true;
      response.writeHead(known ? 200 : 403).end(known ? 'success' : '');
    });
    const answer = await validateAdmission({
      url: `ws://${await listening(web)}`,
      token,
      timeoutMs: 3_000,
    });
    web.close();
    expect(answer).toMatchObject({
      rejection: { reason: 'blocked', message: expect.stringContaining('/rtc/validate passes') },
    });
  });

  test('an answer without end', async () => {
    const web = createHttpServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    expect(await askAt(`ws://${await listening(web)}`, token)).toBe('not_livekit');
    web.closeAllConnections();
    web.close();
  });

  test('an older server, without /rtc/v1', async () => {
    const web = createHttpServer((incoming, response) => {
      const known = incoming.url?.startsWith('/rtc/validate') === true;
      response.writeHead(known ? 200 : 404).end(known ? 'success' : '404 page not found');
    });
    expect(await askAt(`ws://${await listening(web)}`, token)).toBe('v0');
    web.close();
  });

  test('plain HTTP where TLS was meant', async () => {
    const web = createHttpServer((_request, response) => response.end());
    expect(await askAt(`wss://${await listening(web)}`, token)).toBe('tls');
    web.close();
  });

  test('a port of another protocol', async () => {
    const other = createTcpServer((socket) => socket.write('220 mail.example.com ESMTP\r\n'));
    expect(await askAt(`ws://${await listening(other)}`, token)).toBe('not_livekit');
    other.close();
  });

  test('a port that does not answer', async () => {
    const other = createTcpServer(() => undefined);
    expect(await askAt(`ws://${await listening(other)}`, token)).toBe('signal_timeout');
    other.close();
  });
});
