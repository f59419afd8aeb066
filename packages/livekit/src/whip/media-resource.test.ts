import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { endpointFailure } from './endpoint-failures.ts';
import { isMediaResource, openMediaResource } from './media-resource.ts';

const endpoint = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const refusal = async (url: string, timeoutMs = 5_000) => {
  const opened = await openMediaResource({
    ...{ url, token: 'token', offer: 'v=0', timeoutMs, redirects: 3 },
  });
  if (isMediaResource(opened)) throw new Error('there is a session');
  return opened;
};

test.each([
  ['is refused', (response: ServerResponse) => response.writeHead(500).end()],
  ['has no session', (response: ServerResponse) => response.writeHead(201).end('v=0')],
  ['has no answer', (response: ServerResponse) => response.destroy()],
])('the query of a redirect that %s is not shown', async (_, answer) => {
  const url = await endpoint(({ url: path }, response) => {
    if (path === '/a') response.writeHead(307, { location: '/b?token=of-the-server' }).end();
    else answer(response);
  });
  const rejection = await refusal(`${url}/a`);
  expect(rejection.url).toBe(`${url}/b`);
  expect(JSON.stringify([rejection, endpointFailure(rejection)])).not.toContain('of-the-server');
});

test('a redirect with user info is not followed, and its user info is not shown', async () => {
  const url = await endpoint(({ headers }, response) =>
    response.writeHead(307, { location: `http://user:secret@${headers.host}/b` }).end(),
  );
  const rejection = await refusal(`${url}/a`);
  expect(rejection).toMatchObject({ kind: 'redirect', to: url });
  expect(JSON.stringify(endpointFailure(rejection))).not.toContain('secret');
});

test.each([
  [200, false],
  [500, true],
])(
  'a session without a readable answer is ended; HTTP %d: it may remain: %j',
  async (status, mayRemain) => {
    const seen: (string | undefined)[] = [];
    const url = await endpoint(({ method, url: path }, response) => {
      seen.push(`${method} ${path}`);
      if (method === 'DELETE') return response.writeHead(status).end();
      response.writeHead(201, { location: '/session', 'content-length': 100 });
      response.write('v=0', () => response.destroy());
    });
    expect(await refusal(`${url}/a`)).toMatchObject({ kind: 'no_answer', mayRemain });
    expect(seen).toEqual(['POST /a', 'DELETE /session']);
  },
);

test('a server without an answer in time may have a session', async () => {
  const url = await endpoint(() => {});
  expect(await refusal(url, 50)).toMatchObject({ kind: 'no_answer', mayRemain: true });
  expect(await refusal('http://127.0.0.1:1/a')).toMatchObject({ mayRemain: false });
});
