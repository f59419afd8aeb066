import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Site, startSiteRouter } from './site-router.ts';

/** Load balancer of a site, which answers with the present status. */
const startSite = async (name: string): Promise<Site & { status: number; asked: number }> => {
  const server: Server = createServer((_request, response) => {
    site.asked++;
    response.statusCode = site.status;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const site = {
    ...{ name, status: 200, asked: 0 },
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
  };
  return site;
};

const ask = async (url: string, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', body });

test('new users are sent to the first site that is up, and back when it works again', async () => {
  const [a, b] = [await startSite('site-a'), await startSite('site-b')];
  const moves: string[] = [];
  await using router = await startSiteRouter({
    ...{ sites: [a, b], apiKey: 'key', apiSecret: 'secret', checkEveryMs: 10 },
    onMove: (to) => moves.push(to),
  });
  const serverOf = async (): Promise<unknown> => {
    const answer = await ask(router.url, '{"room_name":"r","participant_identity":"p"}');
    return ((await answer.json()) as { server_url: string }).server_url;
  };
  expect(await serverOf()).toBe(a.url);
  a.status = 503;
  await expect.poll(() => moves).toEqual(['site-b']);
  expect(await serverOf()).toBe(b.url);
  a.status = 200;
  await expect.poll(() => moves).toEqual(['site-b', 'site-a']);
  a.status = 503;
  await expect.poll(() => moves.at(-1)).toBe('site-b');
  // Without any site that is up, users stay where they were sent.
  const asked = b.asked;
  b.status = 503;
  await expect.poll(() => b.asked).toBeGreaterThan(asked + 5);
  expect(await serverOf()).toBe(b.url);
});

test('a request without room and participant is rejected', async () => {
  const a = await startSite('site-a');
  await using router = await startSiteRouter({
    ...{ sites: [a], apiKey: 'key', apiSecret: 'secret', onMove: () => {} },
  });
  expect((await ask(router.url, '{"room_name":"r"}')).status).toBe(400);
  expect((await ask(router.url, 'no JSON')).status).toBe(400);
});
