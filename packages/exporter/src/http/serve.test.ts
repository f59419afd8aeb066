import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logTo } from '../log/log.ts';
import { openWeb, type Web, type WebSource } from '../web/open-web.ts';
import { type Listening, type ServeOptions, serve } from './serve.ts';

const log: string[] = [];
const lines = logTo(({ message }) => log.push(message));
const webOf = (source: WebSource): Web => openWeb({ source, log: lines });
/** Request of the page /slow: whether it has arrived, and what makes the page answer. */
const slowRequest = () => ({
  arrived: Promise.withResolvers<void>(),
  answer: Promise.withResolvers<void>(),
});
let slow = slowRequest();
beforeEach(() => {
  slow = slowRequest();
});
afterEach(() => void vi.useRealTimers());
const app = new Hono()
  .get('/', (c) => c.text('here'))
  .get('/slow', async (c) => {
    slow.arrived.resolve();
    await slow.answer.promise;
    return c.text('done');
  });
const start = (given: Partial<ServeOptions> = {}): Promise<Listening> =>
  serve(app, {
    listen: { host: '127.0.0.1', port: 0 },
    web: webOf(null),
    needsClientCertificates: true,
    requestTimeoutMs: 1_000,
    connections: { total: 50, perClient: 50, newPerSecond: 1_000 },
    log: lines,
    ...given,
  });
const urlOf = ({ address }: Listening): string => `http://127.0.0.1:${address.port}`;

describe('serve', () => {
  it('lets running requests finish when it closes, and rejects further ones', async () => {
    const listening = await start();
    const { port } = listening.address;
    const client = connect(port, '127.0.0.1');
    let text = '';
    client.on('data', (data) => {
      text += String(data);
    });
    const ended = once(client, 'close');
    client.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await slow.arrived.promise;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    let isClosed = false;
    const closing = listening.close(5_000).then(() => {
      isClosed = true;
    });
    expect(await once(connect(port, '127.0.0.1'), 'error')).toMatchObject([
      { code: 'ECONNREFUSED' },
    ]);
    slow.answer.resolve();
    // Then the connection is idle. It delays the close until the next look at it, not by the grace
    // period.
    for (let ms = 0; ms < 1_000 && !isClosed; ms++) {
      vi.advanceTimersByTime(1);
      await nextTurn();
    }
    expect(isClosed).toBe(true);
    await Promise.all([closing, ended]);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK.*done/s);
  });

  it('ends requests that do not finish in time', async () => {
    const listening = await start();
    const response = fetch(`${urlOf(listening)}/slow`).catch(() => 'disconnected');
    await slow.arrived.promise;
    await listening.close(50);
    expect(await response).toBe('disconnected');
  });

  it('rejects endless headers, and ends requests that are never completed', async () => {
    const listening = await start();
    const status = await new Promise((resolve) => {
      const asked = plainRequest(
        urlOf(listening),
        { headers: { 'x-long': 'x'.repeat(20_000) } },
        (response) => resolve(response.statusCode),
      );
      asked.on('error', resolve).end();
    });
    expect(status).toBe(431);
    const dribbling = connect(listening.address.port, '127.0.0.1');
    dribbling.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const ended = await new Promise((resolve) =>
      dribbling.on('data', (data) => resolve(String(data))).on('close', () => resolve('closed')),
    );
    expect(ended).toMatch(/^HTTP\/1\.1 408|closed/);
    await listening.close(100);
  });

  it('reports the reason when it cannot listen', async () => {
    const listening = await start();
    const { port } = listening.address;
    await expect(start({ listen: { host: '127.0.0.1', port } })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: the address is in use`,
    );
    await expect(start({ listen: { host: 'nowhere.invalid', port: 0 } })).rejects.toMatchObject({
      code: 'usage',
    });
    await listening.close(100);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('serve, with TLS', () => {
  beforeEach(({ skip }) => skip(!hasOpenssl, 'openssl is not installed: apt-get install openssl'));
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'swarm-tls-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const make = (name: string, into = name): { cert: string; key: string } => {
    const files = { cert: join(dir, `${into}.crt`), key: join(dir, `${into}.key`) };
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
    ];
    execFileSync('openssl', [...args, '-keyout', files.key, '-out', files.cert], {
      stdio: 'ignore',
    });
    return files;
  };
  /** Common name of the certificate that the server presents. */
  const nameAt = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }, (response) => {
        const { socket } = response;
        resolve(
          'getPeerCertificate' in socket
            ? String((socket.getPeerCertificate as () => { subject: { CN: string } })().subject.CN)
            : '',
        );
        response.resume();
      })
        .on('error', reject)
        .end();
    });

  it('serves https, loads a renewed certificate, and keeps the old one when the new one is invalid', async () => {
    const tls = make('first', 'current');
    const listening = await start({ web: webOf({ tls }) });
    expect(await nameAt(listening.address.port)).toBe('first');
    await expect(fetch(urlOf(listening))).rejects.toThrow();
    writeFileSync(tls.cert, 'nonsense');
    expect(await nameAt(listening.address.port)).toBe('first');
    expect(log.join('\n')).toContain('the old certificate and web configuration stay in use');
    make('second', 'current');
    expect(await nameAt(listening.address.port)).toBe('second');
    await listening.close(100);
  }, 40_000);

  it('rejects files that are missing or do not match', () => {
    const [one, two] = [make('one'), make('two')];
    expect(() => webOf({ tls: { cert: one.cert, key: two.key } })).toThrow(
      'are not a certificate and its key',
    );
    expect(() => webOf({ tls: { cert: join(dir, 'missing'), key: one.key } })).toThrow(
      'cannot be read: ENOENT',
    );
  });
});
