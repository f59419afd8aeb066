import { connect } from 'node:net';
import { usageError } from '@livekit-swarm/settings';
import { hashSync } from 'bcryptjs';
import { Hono } from 'hono';
import { Gauge, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { fixedSecret } from '../config/live-secret.ts';
import { logTo } from '../log/log.ts';
import { createExporterSelf } from '../self/exporter-self.ts';
import type { Source } from '../source.ts';
import { openWeb } from '../web/open-web.ts';
import { createPasswordCheck } from '../web/password-check.ts';
import { type AppPart, createApp } from './app.ts';
import { serve } from './serve.ts';

const log: string[] = [];
const lines = logTo(({ level, component, message }) => {
  if (level !== 'debug') log.push(`${component}: ${message}`);
});

const sourceOf = (given: Partial<Source> = {}): Source => ({
  name: 'probes',
  registry: new Registry(),
  start: async () => {},
  stop: async () => {},
  ...given,
});

const appOf = ({
  sources = [sourceOf()],
  token = null as string | null,
  previousToken = null as string | null,
  requests = 10,
  part = 'all' as AppPart,
  ready = true,
  users = new Map<string, string>(),
  reload = null as (() => Promise<string>) | null,
} = {}) => {
  const self = createExporterSelf({
    version: '1.2.3',
    revision: 'abc',
    log: lines,
    timeoutMs: 50,
  });
  for (const { name } of sources) self.contextOf(name);
  return createApp({
    sources,
    self,
    version: '1.2.3',
    credentials: {
      tokens: () =>
        [token, previousToken].flatMap((one) => (one === null ? [] : [fixedSecret(one)])),
      users: () => users,
      passwords: createPasswordCheck(),
    },
    web: openWeb({ source: null, log: lines }),
    reload,
    requests,
    part,
    isReady: () => ready,
    log: lines,
  });
};

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('public routes', () => {
  it('serves metrics in both formats, a page, health and readiness', async () => {
    const app = appOf();
    const text = await app.request('/metrics');
    expect(text.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await text.text()).toContain(
      'livekit_swarm_exporter_build_info{version="1.2.3",revision="abc",node="',
    );
    const open = await app.request('/metrics', {
      headers: { accept: 'application/openmetrics-text' },
    });
    expect(open.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
    expect(await open.text()).toMatch(/# EOF\n$/);
    expect(await (await app.request('/')).text()).toContain('href="/metrics"');
    expect((await app.request('/-/healthy')).status).toBe(200);
    expect((await app.request('/-/ready')).status).toBe(200);
    expect((await appOf({ ready: false }).request('/-/ready')).status).toBe(503);
    expect((await app.request('/nothing')).status).toBe(404);
    expect((await app.request('/metrics', { method: 'POST' })).status).toBe(404);
  });

  it('counts requests by route, so that paths cannot cause series', async () => {
    const app = appOf();
    for (let i = 0; i < 50; i++) await app.request(`/path-${i}`);
    await app.request('/-/healthy');
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('livekit_swarm_exporter_requests_total{route="other",code="404"} 50\n');
    expect(text).toContain(
      'livekit_swarm_exporter_requests_total{route="/-/healthy",code="200"} 1\n',
    );
    expect(text.match(/^livekit_swarm_exporter_requests_total/gm)?.length).toBeLessThan(5);
  });
});

describe('a token', () => {
  const page = { headers: { accept: 'text/html,*/*' } };
  const basic = (password: string) => ({
    headers: { authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` },
  });

  it('is also the password that browsers request when a page is opened', async () => {
    const app = appOf({ token: 'secret' });
    const asked = await app.request('/', page);
    expect(asked.status).toBe(401);
    expect(asked.headers.get('www-authenticate')).toMatch(/^Basic realm="swarm exporter"/);
    expect((await app.request('/', basic('secret'))).status).toBe(200);
    expect((await app.request('/', basic('wrong'))).status).toBe(401);
    expect((await app.request('/metrics', basic('secret'))).status).toBe(200);
  });

  it('is a bearer token for everything else', async () => {
    const app = appOf({ token: 'secret' });
    const asked = await app.request('/metrics');
    expect(asked.headers.get('www-authenticate')).toMatch(/^Bearer realm="swarm exporter"/);
    expect((await app.request('/metrics', bearer('secret'))).status).toBe(200);
  });
});

describe('two listeners', () => {
  const sources = [sourceOf({ publicRoutes: new Hono().post('/webhook', (c) => c.text('taken')) })];
  it('serve the public routes at one, all other routes at the other, and health at both', async () => {
    const statuses = (part: AppPart) => {
      const app = appOf({ sources, part });
      const ask = async (path: string, method = 'GET') =>
        (await app.request(path, { method })).status;
      return Promise.all([
        ask('/webhook', 'POST'),
        ask('/metrics'),
        ask('/-/ready'),
        ask('/'),
        ask('/-/healthy'),
      ]);
    };
    expect(await statuses('all')).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses('public')).toEqual([200, 404, 200, 404, 200]);
    expect(await statuses('protected')).toEqual([404, 200, 200, 200, 200]);
  });
});

describe('users', () => {
  const users = new Map([['prom', hashSync('s3cret', 4)]]);
  const basic = (user: string, password: string) => ({
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  });

  it('are served with their passwords, and requested as basic authentication', async () => {
    const app = appOf({ users });
    const asked = await app.request('/metrics');
    expect(asked.status).toBe(401);
    expect(asked.headers.get('www-authenticate')).toMatch(/^Basic realm="swarm exporter"/);
    const status = async (user: string, password: string) =>
      (await app.request('/metrics', basic(user, password))).status;
    expect(await status('prom', 's3cret')).toBe(200);
    expect(await status('prom', 's3cret')).toBe(200);
    expect(await status('prom', 'wrong')).toBe(401);
    expect(await status('other', 's3cret')).toBe(401);
    expect((await app.request('/metrics', bearer('s3cret'))).status).toBe(401);
    expect((await app.request('/-/ready')).status).toBe(200);
  });

  it('can be served with a token instead', async () => {
    const app = appOf({ users, token: 'let-me-in' });
    expect((await app.request('/metrics', bearer('let-me-in'))).status).toBe(200);
    expect((await app.request('/metrics', basic('prom', 's3cret'))).status).toBe(200);
  });
});

describe('/-/reload', () => {
  const withToken = { method: 'POST', ...bearer('let-me-in') };

  it('needs a token, and the method POST', async () => {
    const reload = vi.fn(async () => 'read again');
    const app = appOf({ token: 'let-me-in', reload });
    expect((await app.request('/-/reload', { method: 'POST' })).status).toBe(401);
    expect((await app.request('/-/reload', bearer('let-me-in'))).status).toBe(405);
    expect(reload).not.toHaveBeenCalled();
    const done = await app.request('/-/reload', withToken);
    expect([done.status, await done.text()]).toEqual([200, 'read again\n']);
    const open = appOf({ reload });
    expect((await open.request('/-/reload', { method: 'POST' })).status).toBe(403);
    expect((await appOf({ token: 'let-me-in' }).request('/-/reload', withToken)).status).toBe(404);
  });

  it('answers with the reason when the old configuration stays in use', async () => {
    const reload = async () => {
      throw usageError('exporter.yaml:3:1: targets: wrong', 'write it so');
    };
    const failed = await appOf({ token: 'let-me-in', reload }).request('/-/reload', withToken);
    expect([failed.status, await failed.text()]).toEqual([
      500,
      'the old configuration stays in use: exporter.yaml:3:1: targets: wrong; write it so\n',
    ]);
  });
});

describe('two tokens', () => {
  it('are both accepted during rotation, and no others', async () => {
    const app = appOf({ token: 'new-one', previousToken: 'old-one' });
    const status = async (token: string) => (await app.request('/metrics', bearer(token))).status;
    expect(await Promise.all(['new-one', 'old-one', 'new-on', ''].map(status))).toEqual([
      200, 200, 401, 400,
    ]);
  });
});

describe('a token', () => {
  const app = appOf({
    token: 'let-me-in',
    sources: [
      sourceOf({
        routes: new Hono().get('/probe', (c) => c.text('probed')),
        publicRoutes: new Hono().post('/webhook', (c) => c.text('checked elsewhere', 403)),
      }),
    ],
  });

  it.each([
    '/',
    '/metrics',
    '/probe',
    '/nothing',
    '//metrics',
    '/metrics/',
    '/%6detrics',
    '/-/healthy/../../metrics',
  ])('is required at %s', async (path) => {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic bGV0LW1lLWlu' },
      { authorization: 'let-me-in' },
    ]) {
      const response = await app.request(path, { headers: headers as Record<string, string> });
      expect([400, 401]).toContain(response.status);
      expect(await response.text()).not.toContain('swarm_');
    }
  });

  it('is accepted as a bearer token', async () => {
    expect((await app.request('/metrics', bearer('let-me-in'))).status).toBe(200);
    expect(await (await app.request('/probe', bearer('let-me-in'))).text()).toBe('probed');
    expect((await app.request('/nothing', bearer('let-me-in'))).status).toBe(404);
  });

  it('is not required at the health checks, nor where a source authenticates on its own', async () => {
    expect((await app.request('/-/healthy')).status).toBe(200);
    expect((await app.request('/-/ready')).status).toBe(200);
    expect((await app.request('/webhook', { method: 'POST' })).status).toBe(403);
    // Only this route with this method is public.
    expect((await app.request('/webhook')).status).toBe(401);
  });
});

describe('an application with failures', () => {
  it('serves the other sources when one fails or hangs, and reports it', async () => {
    const good = new Registry();
    new Gauge({ name: 'fine', help: 'Fine', registers: [good] }).set(1);
    const throwing = new Registry();
    new Gauge({
      name: 'broken',
      help: 'Broken',
      registers: [throwing],
      collect: () => {
        throw new Error('no way');
      },
    });
    const hanging = new Registry();
    new Gauge({
      name: 'endless',
      help: 'Endless',
      registers: [hanging],
      collect: () => new Promise<void>(() => {}),
    });
    const app = appOf({
      sources: [
        sourceOf({ name: 'runs', registry: good }),
        sourceOf({ name: 'probes', registry: throwing }),
        sourceOf({ name: 'lifecycle', registry: hanging }),
      ],
    });
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('fine 1\n');
    expect(text.match(/^livekit_swarm_exporter_up\{.*/gm)).toEqual([
      'livekit_swarm_exporter_up{source="runs"} 1',
      'livekit_swarm_exporter_up{source="probes"} 0',
      'livekit_swarm_exporter_up{source="lifecycle"} 0',
    ]);
    expect(text).toContain('livekit_swarm_exporter_errors_total{source="probes"} 1\n');
    expect(text).toContain('livekit_swarm_exporter_errors_total{source="lifecycle"} 1\n');
    expect(text).toContain('livekit_swarm_exporter_series{source="runs"} 1\n');
    expect(log.join('\n')).toContain('probes: could not be collected: no way');
  });

  it('rejects too many requests at the same time, except health checks', async () => {
    const arrived = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow = sourceOf({
      routes: new Hono().get('/probe', async (c) => {
        arrived.resolve();
        await answer.promise;
        return c.text('done');
      }),
    });
    const app = appOf({ sources: [slow], requests: 1 });
    const first = app.request('/probe');
    await arrived.promise;
    expect((await app.request('/metrics')).status).toBe(503);
    expect((await app.request('/-/healthy')).status).toBe(200);
    answer.resolve();
    expect((await first).status).toBe(200);
    expect((await app.request('/metrics')).status).toBe(200);
  });

  it('does not log clients that disconnect during a request', async () => {
    let arrived = 0;
    const reading = sourceOf({
      publicRoutes: new Hono().post('/report', (c) => {
        arrived++;
        return c.req.text().then((text) => c.text(text));
      }),
    });
    const app = appOf({ sources: [reading] });
    const listen = { host: '127.0.0.1', port: 0 };
    const listening = await serve(app, {
      listen,
      web: openWeb({ source: null, log: lines }),
      needsClientCertificates: true,
      requestTimeoutMs: 5_000,
      connections: { total: 10, perClient: 10, newPerSecond: 1_000 },
      log: lines,
    });
    try {
      const before = log.length;
      for (const [index, length] of [
        'Content-Length: 100\r\n\r\nhalf',
        'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
      ].entries()) {
        const socket = connect(listening.address.port, '127.0.0.1');
        socket.write(`POST /report HTTP/1.1\r\nHost: here\r\n${length}`);
        await expect.poll(() => arrived).toBe(index + 1);
        socket.destroy();
      }
      const counted = async (): Promise<string> => (await app.request('/metrics')).text();
      await vi.waitFor(async () =>
        expect(await counted()).toContain(
          'livekit_swarm_exporter_requests_total{route="/report",code="400"} 2\n',
        ),
      );
      expect(log.slice(before)).toEqual([]);
    } finally {
      await listening.close(0);
    }
  });

  it('does not reveal internal errors to clients', async () => {
    const broken = sourceOf({
      routes: new Hono().get('/probe', () => {
        throw new Error('the secret is 42');
      }),
    });
    const response = await appOf({ sources: [broken] }).request('/probe');
    expect([response.status, await response.text()]).toEqual([500, 'internal error\n']);
  });
});
