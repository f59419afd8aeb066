/** A reverse proxy in front of nodes, as operators run one, with the mistakes that they make. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SecureVersion } from 'node:tls';

export interface FrontOptions {
  /** Ports of nodes on 127.0.0.1; requests go to them in turn. */
  backends: readonly number[];
  /** PEM, and the versions that it accepts; without, it speaks plain HTTP. */
  tls?: { cert: Buffer; key: Buffer; minVersion?: SecureVersion; ciphers?: string };
  /** Time by which the clock of the proxy is ahead, s. */
  clockAheadSeconds?: number;
  /** It does not know WebSockets: the headers of the upgrade are dropped. */
  dropsUpgrade?: boolean;
  /** It passes /metrics on to this port. */
  metricsPort?: number;
  /** It closes tunnels on which nothing passed for as long. */
  idleMs?: number;
  /** It replaces the header Authorization, as a gateway that checks tokens itself. */
  authorize?(request: GatewayRequest): string | Promise<string>;
}

export interface GatewayRequest {
  authorization: string;
  url: string;
  /** Empty for upgrades. */
  body: string;
}

export interface Front extends AsyncDisposable {
  port: number;
}

/** Listens on every address of this host's loopback. */
export const openFront = async (options: FrontOptions): Promise<Front> => {
  const sockets = new Set<Socket>();
  let turn = 0;
  const next = (): number => options.backends[turn++ % options.backends.length] ?? 0;
  /** Headers as the gateway passes them on. */
  const replaced = async (
    { url = '/', headers }: IncomingMessage,
    body: string,
  ): Promise<IncomingMessage['headers']> => {
    const { authorization } = headers;
    return options.authorize === undefined || authorization === undefined
      ? headers
      : { ...headers, authorization: await options.authorize({ authorization, url, body }) };
  };
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { url = '/', method = 'GET' } = incoming;
    const body = options.authorize === undefined ? null : await text(incoming);
    const headers = await replaced(incoming, body ?? '');
    const toMetrics = options.metricsPort !== undefined && url.startsWith('/metrics');
    const port = toMetrics ? options.metricsPort : next();
    const behind = request({ host: '127.0.0.1', port, path: url, method, headers }, (reply) => {
      const aheadMs = (options.clockAheadSeconds ?? 0) * 1_000;
      outgoing.writeHead(reply.statusCode ?? 502, {
        ...reply.headers,
        date: new Date(Date.now() + aheadMs).toUTCString(),
      });
      reply.pipe(outgoing);
    });
    behind.once('error', () => outgoing.writeHead(502).end());
    if (body === null) incoming.pipe(behind);
    else behind.end(body);
  };
  const server =
    options.tls === undefined
      ? createServer((incoming, outgoing) => void answer(incoming, outgoing))
      : createSecureServer(options.tls, (incoming, outgoing) => void answer(incoming, outgoing));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', async (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    const { url, method } = incoming;
    const behind = connect(next(), '127.0.0.1');
    const kept = Object.entries(await replaced(incoming, '')).filter(
      ([name]) => options.dropsUpgrade !== true || !/^(upgrade|connection)$/.test(name),
    );
    behind.write(
      `${method} ${url} HTTP/1.1\r\n${kept.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    behind.write(head);
    client.pipe(behind).pipe(client);
    const end = (): void => {
      client.destroy();
      behind.destroy();
    };
    for (const socket of [client, behind]) {
      socket.on('error', end).on('close', end);
      if (options.idleMs !== undefined) socket.setTimeout(options.idleMs, end);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
