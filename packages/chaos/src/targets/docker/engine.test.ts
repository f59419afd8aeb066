import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FAULTS } from '../../faults/index.ts';
import { NOT_SIGNALLED } from '../../journal/drain-note.ts';
import { openDockerPlatform, reopenDockerPlatform } from '../docker.ts';
import type { Component } from '../platform.ts';
import { connectEngine, killCommand } from './engine.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-engine-'));

afterEach(() => {
  vi.unstubAllEnvs();
});

/**
 * Server that answers as an engine does, or does not. Real engines are tested in
 * test/docker-target.long.test.ts.
 */
const answering = async (path: string, answer: RequestListener): Promise<Disposable> => {
  const server = createServer(answer).listen(join(dir, path));
  await once(server, 'listening');
  return { [Symbol.dispose]: () => void server.close() };
};

describe('killCommand', () => {
  const exitOf = async (path: string): Promise<unknown> => {
    const argv = killCommand({ host: `unix://${join(dir, path)}` }, 'abc', 'SIGTERM') ?? [];
    const [program = '', ...flags] = argv;
    const [code] = await once(spawn(program, flags, { stdio: 'ignore' }), 'close');
    return code;
  };

  it('has no program for an engine with an address', () =>
    expect(killCommand({ host: 'tcp://10.0.0.7:2375' }, 'abc', 'SIGTERM')).toBeNull());

  it('knows that nothing was signalled where no engine listens, or it refuses', async () => {
    expect(await exitOf('none-there.sock')).toBe(NOT_SIGNALLED);
    using _refusing = await answering('refuses.sock', (_, answer) => {
      answer.writeHead(500).end();
    });
    expect(await exitOf('refuses.sock')).toBe(NOT_SIGNALLED);
  });

  it('ends well where the engine has signalled, or the container does not run', async () => {
    for (const status of [204, 404, 409]) {
      using _engine = await answering(`${status}.sock`, ({ url }, answer) => {
        expect(url).toBe('/containers/abc/kill?signal=SIGTERM');
        answer.writeHead(status).end();
      });
      expect(await exitOf(`${status}.sock`)).toBe(0);
    }
  });

  it('does not know whether an engine that does not answer has signalled', async () => {
    using _silent = await answering('silent.sock', ({ socket }) => void socket.destroy());
    expect(await exitOf('silent.sock')).toBe(1);
  });
});

describe('connectEngine', () => {
  it('reports an address where no engine answers, with a hint', async () => {
    await expect(connectEngine({ host: `unix://${dir}/none.sock` })).rejects.toMatchObject({
      code: 'docker_unavailable',
      message: expect.stringContaining(`no Docker engine answers at unix://${dir}/none.sock`),
      hint: expect.stringContaining('not found: check that Docker runs'),
    });
    await expect(connectEngine({ host: 'tcp://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'docker_unavailable',
    });
  });

  it('uses the given engine, whatever DOCKER_HOST is', async () => {
    using _ = await answering('ok.sock', (_request, response) => response.end('OK'));
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
    await expect(connectEngine({ host: `unix://${dir}/ok.sock` })).resolves.toBeDefined();
  });

  it('reports rejected requests, and ignores removed containers', async () => {
    using _ = await answering('sick.sock', ({ url = '' }, response) => {
      const [status, message] = /\/gone\//.test(url)
        ? [404, 'No such container']
        : [500, 'disk is full'];
      if (url.endsWith('_ping')) response.end('OK');
      else
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ message }));
    });
    const engine = await connectEngine({ host: `unix://${dir}/sick.sock` });
    await expect(engine.list('a=b')).rejects.toMatchObject({
      code: 'rejected',
      message: 'the Docker engine did not list containers: disk is full',
    });
    await expect(engine.inspect('gone')).resolves.toBeNull();
    await expect(engine.kill('gone', 'SIGKILL')).resolves.toBeUndefined();
    await expect(engine.findInLog('gone', new Date(), /x/)).resolves.toBeNull();
    await expect(engine.start('there')).rejects.toMatchObject({
      message: expect.stringContaining('start there: disk is full'),
    });
  });

  it('lists a container with a wrong label: opening refuses it, a rollback leaves it out', async () => {
    const paused = { Id: 'a1', State: { Running: true, Paused: true }, HostConfig: {} };
    const labels = { 'swarm.component': 'node' };
    const listed = [
      { Id: 'a1', Names: ['/lk-1'], Created: 1, Labels: labels },
      { Id: 'b2', Names: ['/lk-2'], Created: 2, Labels: { 'swarm.component': 'livekit' } },
    ];
    using _ = await answering('label.sock', ({ url = '' }, response) => {
      const body = url.includes('/containers/json') ? listed : paused;
      if (url.endsWith('_ping')) response.end('OK');
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    const spec = { host: `unix://${dir}/label.sock`, label: 'swarm.drill=x', components: {} };
    await expect(openDockerPlatform(spec)).rejects.toMatchObject({
      code: 'usage',
      message: 'container "lk-2": label swarm.component: unknown kind "livekit"',
    });
    await using platform = await reopenDockerPlatform({ kind: 'docker', ...spec, onHost: [] });
    const lk1 = { name: 'lk-1', kind: 'node', nodeId: null, instance: null, ports: null } as const;
    expect(await platform.isStopped(lk1)).toBe(true);
    expect(await platform.isStopped({ ...lk1, name: 'lk-2' })).toBe(false);
  });

  it('reports a load balancer that ends by the signal of a reload, and starts it again', async () => {
    let running = true;
    const listed = [
      { Id: 'a1', Names: ['/lb'], Created: 1, Labels: { 'swarm.component': 'load-balancer' } },
    ];
    using _ = await answering('reload.sock', ({ url = '' }, response) => {
      if (url.includes('/kill?signal=SIGHUP')) running = false;
      if (url.endsWith('/start')) running = true;
      const State = { Running: running, StartedAt: '2026-01-01T00:00:00Z', Pid: 0 };
      const body = url.includes('/containers/json') ? listed : { Id: 'a1', State, HostConfig: {} };
      if (url.endsWith('_ping')) response.end('OK');
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    const spec = { host: `unix://${dir}/reload.sock`, label: 'swarm.drill=x', components: {} };
    await using platform = await openDockerPlatform(spec);
    const lb: Component = {
      ...{ name: 'lb', kind: 'load-balancer', nodeId: null, instance: null, ports: null },
    };
    const context = { platform, components: [lb], id: 'abcd1234', expiresAfterMs: null };
    const reload = FAULTS.get('load-balancer-reload');
    await expect(
      reload?.inject({ ...context, params: { signal: 'SIGHUP' } }),
    ).rejects.toMatchObject({
      code: 'reload_failed',
      message: expect.stringMatching(/^lb ended by SIGHUP/),
    });
    await reload?.rollback({ ...context, params: {} });
    expect(running).toBe(true);
    await reload?.inject({ ...context, params: { signal: 'SIGUSR2' } });
  });

  it('uses the TLS files of the docker command, and verifies the engine', async () => {
    const file = (name: string): string => join(dir, name);
    const openssl = (...args: string[]): Buffer =>
      execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'],
      ...[
        ...[
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          file('key.pem'),
          '-out',
          file('cert.pem'),
        ],
      ],
    );
    openssl('x509', '-in', file('cert.pem'), '-out', file('ca.pem'));
    const [key, cert] = [readFileSync(file('key.pem')), readFileSync(file('cert.pem'))];
    const server = createSecureServer(
      { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true },
      (_request, response) => response.end('OK'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    await expect(connectEngine({ host })).rejects.toMatchObject({ code: 'docker_unavailable' });
    vi.stubEnv('DOCKER_CERT_PATH', dir);
    await expect(connectEngine({ host })).resolves.toBeDefined();
    vi.stubEnv('DOCKER_CERT_PATH', join(dir, 'none'));
    await expect(connectEngine({ host })).rejects.toMatchObject({
      message: expect.stringContaining('ca.pem cannot be read'),
    });
    server.close();
  });
});
