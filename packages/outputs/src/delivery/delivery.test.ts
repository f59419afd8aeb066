import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createDelivery, type Delivery, type DeliveryOptions } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/**
 * Starts a receiver.
 * @param port port of an earlier one; 0: any
 */
const receive = async (listener: RequestListener, port = 0) => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  closers.push(close);
  return { port: (server.address() as AddressInfo).port, close };
};

/** Makes a listener that keeps bodies; it answers with these statuses, then with 204. */
const keeper = (statuses: number[] = [], headers: Record<string, string> = {}) => {
  const bodies: string[] = [];
  const listener: RequestListener = async (request, response) => {
    const body = String(await buffer(request));
    const status = statuses.shift() ?? 204;
    if (status === 204) bodies.push(body);
    response.writeHead(status, headers).end(status === 204 ? undefined : `no\n${body}\u001b[31m`);
  };
  return { bodies, listener };
};

const deliver = (
  port: number,
  {
    endpoint = {},
    protocol = {},
    limits = {},
  }: {
    endpoint?: Partial<Endpoint>;
    protocol?: Partial<DeliveryOptions['protocol']>;
    limits?: DeliveryOptions['limits'];
  } = {},
): Delivery & { warnings: string[] } => {
  const warnings: string[] = [];
  const delivery = createDelivery({
    endpoint: {
      url: new URL(`http://127.0.0.1:${port}/write`),
      shown: 'shown',
      headers: {},
      tls: {},
      timeoutMs: 2_000,
      compression: 'none',
      ...endpoint,
    },
    protocol: {
      headers: { 'content-type': 'x/y' },
      isRetryable: (status) => status >= 500 || status === 429,
      ...protocol,
    },
    warn: (text) => warnings.push(text),
    limits: { firstPauseMs: 20, longestPauseMs: 40, ...limits },
  });
  return Object.assign(delivery, { warnings });
};

const sendAll = (delivery: Delivery, ...texts: string[]): void => {
  for (const text of texts) delivery.send(Buffer.from(text));
};
const soon = (ms = 5_000): AbortSignal => AbortSignal.timeout(ms);

describe('delivery', () => {
  it('sends all requests once and in order', async () => {
    const { bodies, listener } = keeper();
    const delivery = deliver((await receive(listener)).port);
    sendAll(delivery, 'a', 'b', 'c');
    await delivery.close(soon());
    expect(bodies).toEqual(['a', 'b', 'c']);
    expect(delivery.counts).toEqual({ delivered: 3, rejected: 0, lost: 0 });
    expect(delivery.warnings).toEqual([]);
  });

  it.each([[[503, 500, 429]]])('sends again after %j', async (statuses) => {
    const { bodies, listener } = keeper(statuses);
    const delivery = deliver((await receive(listener)).port);
    sendAll(delivery, 'a', 'b');
    await expect.poll(() => bodies, { timeout: 30_000 }).toEqual(['a', 'b']);
    await delivery.close(soon());
    expect(delivery.counts).toEqual({ delivered: 2, rejected: 0, lost: 0 });
    expect(delivery.warnings).toEqual([
      'cannot push: HTTP 503 no a [31m; the run continues, and pushes are retried',
      'works again',
    ]);
  });

  it('waits for the time in Retry-After', async () => {
    const { bodies, listener } = keeper([429], { 'retry-after': '1' });
    const delivery = deliver((await receive(listener)).port);
    const began = performance.now();
    sendAll(delivery, 'a');
    await expect.poll(() => bodies, { timeout: 5_000 }).toEqual(['a']);
    expect(performance.now() - began).toBeGreaterThan(950);
    await delivery.close(soon());
  });

  it('drops requests that the receiver refuses, and warns once per reason', async () => {
    const { bodies, listener } = keeper([400, 400, 302]);
    const delivery = deliver((await receive(listener)).port);
    sendAll(delivery, 'a', 'a', 'b', 'c');
    await delivery.close(soon());
    expect(bodies).toEqual(['c']);
    expect(delivery.counts).toEqual({ delivered: 1, rejected: 3, lost: 0 });
    expect(delivery.warnings).toEqual([
      'a push was rejected: HTTP 400 no a [31m',
      'a push was rejected: HTTP 302 no b [31m',
    ]);
  });

  it('keeps the newest requests for a receiver that is down, and sends them later', async () => {
    const { bodies, listener } = keeper();
    const first = await receive(listener);
    await first.close();
    const delivery = deliver(first.port, { limits: { requests: 3 } });
    sendAll(delivery, 'a', 'b', 'c', 'd', 'e');
    await expect.poll(() => delivery.warnings.length, { timeout: 30_000 }).toBe(1);
    expect(delivery.warnings[0]).toContain('ECONNREFUSED');
    await receive(listener, first.port);
    await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(3);
    expect(bodies.slice(1)).toEqual(['d', 'e']);
    await delivery.close(soon());
    expect(delivery.counts).toEqual({ delivered: 3, rejected: 0, lost: 2 });
  });

  it('counts the items of requests, and keeps no more of them than its limit', async () => {
    const { bodies, listener } = keeper();
    const first = await receive(listener);
    await first.close();
    const delivery = deliver(first.port, { limits: { items: 10 } });
    for (const [text, items] of [
      ['a', 4],
      ['b', 4],
      ['c', 5],
    ] as const)
      delivery.send(Buffer.from(text), items);
    await expect.poll(() => delivery.warnings.length, { timeout: 30_000 }).toBe(1);
    await receive(listener, first.port);
    await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(2);
    await delivery.close(soon());
    // One of the first two was being sent, which is never dropped.
    expect(delivery.counts).toEqual({ delivered: 9, rejected: 0, lost: 4 });
  });

  it('counts as rejected what a receiver names of a request', async () => {
    const { listener } = keeper();
    const delivery = deliver((await receive(listener)).port, {
      protocol: { partialRejection: () => ({ rejected: 3, why: 'old' }) },
    });
    delivery.send(Buffer.from('a'), 10);
    delivery.send(Buffer.from('b'));
    await delivery.close(soon());
    expect(delivery.counts).toEqual({ delivered: 7, rejected: 4, lost: 0 });
  });

  it('stops within its time limit at the end if the receiver is down', async () => {
    const { port, close } = await receive(keeper().listener);
    await close();
    const delivery = deliver(port);
    sendAll(delivery, 'a', 'b');
    const limit = new AbortController();
    let isClosed = false;
    const closing = delivery.close(limit.signal).then(() => {
      isClosed = true;
    });
    await expect.poll(() => delivery.warnings).toHaveLength(1);
    expect(isClosed).toBe(false);
    // Without the limit it would try again and again.
    limit.abort();
    await closing;
    expect(delivery.counts).toEqual({ delivered: 0, rejected: 0, lost: 2 });
  });

  it('compresses on request', async () => {
    const received: Buffer[] = [];
    const { port } = await receive(async (request, response) => {
      received.push(gunzipSync(await buffer(request)));
      response.end(request.headers['content-encoding']);
    });
    const delivery = deliver(port, { endpoint: { compression: 'gzip' } });
    sendAll(delivery, 'long '.repeat(1_000));
    await delivery.close(soon());
    expect(String(received[0])).toBe('long '.repeat(1_000));
  });
});

describe('a hostile receiver', () => {
  it('that never answers costs no more than its time limit', async () => {
    const { port } = await receive(() => {});
    const delivery = deliver(port, { endpoint: { timeoutMs: 100 } });
    sendAll(delivery, 'a');
    await expect.poll(() => delivery.warnings, { timeout: 30_000 }).toHaveLength(1);
    expect(delivery.warnings[0]).toContain('no answer within 0.1 s');
    await delivery.close(soon(200));
    expect(delivery.counts.lost).toBe(1);
  });

  it('with an endless answer is not read to the end', async () => {
    const { port } = await receive((_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {}
      };
      response.on('drain', pour);
      pour();
    });
    const delivery = deliver(port);
    sendAll(delivery, 'a', 'b');
    await delivery.close(soon());
    expect(delivery.counts).toEqual({ delivered: 2, rejected: 0, lost: 0 });
  });

  it('with a slow answer delays the next push by a second only', async () => {
    const { port } = await receive((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const delivery = deliver(port, { endpoint: { timeoutMs: 60_000 } });
    sendAll(delivery, 'a');
    await delivery.close(soon());
    expect(delivery.counts.delivered).toBe(1);
  });

  it('that repeats secrets of the request is not quoted', async () => {
    const authorization = `Basic ${btoa('me:pass-word')}`;
    const { port } = await receive((request, response) => {
      response.writeHead(401).end(`${request.headers.authorization} pass-word ${request.url}`);
    });
    const delivery = deliver(port, {
      endpoint: {
        headers: { authorization },
        url: new URL(`http://127.0.0.1:${port}/write?key=url-key`),
      },
    });
    sendAll(delivery, 'a');
    await delivery.close(soon());
    expect(delivery.failure).toBe('HTTP 401 *** *** /write?key=***');
    expect(delivery.warnings).toEqual(['a push was rejected: HTTP 401 *** *** /write?key=***']);
  });

  it('that does not speak HTTP counts as down', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('\u0007nonsense\r\n\r\n', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const delivery = deliver((server.address() as AddressInfo).port);
    sendAll(delivery, 'a');
    await delivery.close(soon(300));
    expect(delivery.counts.lost).toBe(1);
    expect(delivery.warnings[0]).toMatch(/cannot push: Parse Error/);
  });
});
