import { describe, expect, it } from 'vitest';
import { createLiveApp } from './app.ts';

const TOKEN = 'a-random-token';

const appOf = (moved: string | null = null, full = false) =>
  createLiveApp({
    token: TOKEN,
    connect: () => (full ? null : new ReadableStream({ start: (c) => c.close() })),
    report: (name) => (name === '1' ? Promise.resolve('<p>the report</p>') : null),
    moved: () => moved,
  });

const get = (path: string, host = '127.0.0.1:4000', method = 'GET'): Promise<Response> =>
  Promise.resolve(appOf().request(`http://${host}${path}`, { method }));

describe('the routes of a live page', () => {
  it('serve the page, its events and reports to clients with the token', async () => {
    const page = await get(`/${TOKEN}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>livekit-swarm: live</title>');
    const events = await get(`/${TOKEN}/events`);
    expect(events.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await (await get(`/${TOKEN}/report/1`)).text()).toBe('<p>the report</p>');
  });

  it.each(['/', '/wrong/', '/wrong/events', '/wrong/report/1', `/${TOKEN}`, `/${TOKEN}/report/2`])(
    'have nothing at %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain(TOKEN);
    },
  );

  it.each(['evil.example.com', '127.0.0.1.evil.example.com:4000', '192.168.1.7:4000'])(
    'are closed to the host name %s, also with the token',
    async (host) => {
      for (const path of ['/', `/${TOKEN}/`, `/${TOKEN}/events`])
        expect((await get(path, host)).status).toBe(403);
    },
  );

  it.each(['127.0.0.1:4000', 'localhost:9999', '[::1]:4000'])(
    'are open to %s on any port, since a tunnel has another',
    async (host) => expect((await get(`/${TOKEN}/`, host)).status).toBe(200),
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuse %s', async (method) => {
    const answer = await get(`/${TOKEN}/`, 'localhost', method);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('keep the address out of referrers, and the page out of frames', async () => {
    const { headers } = await get(`/${TOKEN}/`);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('redirect to the report once the page has become one', async () => {
    const answer = await appOf('report/1').request(`http://localhost/${TOKEN}/`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/${TOKEN}/report/1`]);
  });

  it('accept a limited number of browsers', async () => {
    const answer = await appOf(null, true).request(`http://localhost/${TOKEN}/events`);
    expect(answer.status).toBe(503);
  });
});
