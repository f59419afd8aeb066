import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import { createFairQueue } from './fair-queue.ts';

export interface ConnectionLimits {
  /** Maximum number of connections at the same time. */
  total: number;
  /** Maximum number of connections of one client at the same time. */
  perClient: number;
  /** Maximum number of connections that one client may open within a second. */
  newPerSecond: number;
}

const WINDOW_MS = 1_000;

/** Connections of one client in the order in which they were opened, by remote address and port. */
type Connections = Map<string, Socket>;

/**
 * Limit the connections of a server and their rate without locking any client out.
 *
 * A server that only rejects further connections is unreachable for Prometheus and for liveness
 * probes as soon as one client holds all of them open. Here a new connection replaces another one
 * without a request: the oldest one of the same client if this client has its share, else that of
 * the client with the most connections. Connections with a running request are never closed; if all
 * have one, the new connection is rejected.
 *
 * A client that opens its connections again as fast as they are closed is rejected before TLS and
 * HTTP, which cost ten times as much per connection. Otherwise the queue of connections to accept,
 * which all clients share, would fill up.
 *
 * @param listener called with each request
 */
export const limitConnections = (
  server: Server | TlsServer,
  { total, perClient, newPerSecond }: ConnectionLimits,
  listener: RequestListener,
): void => {
  const clients = new Map<string, Connections>();
  /** Clients by number of connections, to find the one with the most without looking at all. */
  const bySize = new Map<number, Set<string>>();
  /**
   * Connections with a running request. A TLS request has another socket object than its
   * connection, but the same remote address and port.
   */
  const answering = new Set<string>();
  const queue = createFairQueue();
  let count = 0;

  const resize = (client: string, before: number, after: number): void => {
    const old = bySize.get(before);
    old?.delete(client);
    if (old?.size === 0) bySize.delete(before);
    if (after === 0) return;
    const sized = bySize.get(after) ?? new Set<string>();
    bySize.set(after, sized.add(client));
  };

  const remember = (client: string, key: string, socket: Socket): void => {
    const connections = clients.get(client) ?? new Map<string, Socket>();
    clients.set(client, connections.set(key, socket));
    resize(client, connections.size - 1, connections.size);
    count++;
  };

  const forget = (client: string, key: string): void => {
    const connections = clients.get(client);
    if (connections?.delete(key) !== true) return;
    resize(client, connections.size + 1, connections.size);
    if (connections.size === 0) clients.delete(client);
    count--;
  };

  /**
   * End the oldest connection of a client without a request.
   * @returns false if all of them have one
   */
  const endOneOf = (client: string): boolean => {
    for (const [key, socket] of clients.get(client) ?? []) {
      if (answering.has(key)) continue;
      forget(client, key);
      socket.destroy();
      return true;
    }
    return false;
  };

  /**
   * End the connection that is needed least.
   * @returns false if all are needed
   */
  const endOne = (): boolean =>
    [...bySize.keys()]
      .sort((a, b) => b - a)
      .some((size) => [...(bySize.get(size) ?? [])].some((client) => endOneOf(client)));

  const accept = server.listeners('connection');
  server.removeAllListeners('connection');
  const isTooFast = rateLimit(newPerSecond);
  server.on('connection', (socket: Socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    // The client has already disconnected.
    if (address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const client = clientOf(address);
    if (isTooFast(client)) {
      socket.destroy();
      return;
    }
    const isFull = (clients.get(client)?.size ?? 0) >= perClient;
    if (isFull ? !endOneOf(client) : count >= total && !endOne()) {
      socket.destroy();
      return;
    }
    const key = keyOf(address, port);
    remember(client, key, socket);
    socket.once('close', () => forget(client, key));
    for (const listen of accept) listen.call(server, socket);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const key = keyOf(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    // Thousands of pipelined requests fit into one packet. No client in use pipelines (RFC 9112
    // §9.3.2).
    if (answering.has(key)) {
      socket.destroy();
      return;
    }
    answering.add(key);
    response.once('close', () => answering.delete(key));
    queue.push(clientOf(socket.remoteAddress ?? ''), () => {
      if (!socket.destroyed) listener(request, response);
    });
  });
};

/**
 * Create a function that returns true for a client that has opened more connections in this window
 * than allowed. It forgets all clients with each window.
 */
const rateLimit = (most: number): ((client: string) => boolean) => {
  const opened = new Map<string, number>();
  let window = 0;
  return (client) => {
    const now = Math.floor(performance.now() / WINDOW_MS);
    if (now !== window) opened.clear();
    window = now;
    const count = (opened.get(client) ?? 0) + 1;
    opened.set(client, count);
    return count > most;
  };
};

const keyOf = (address: string, port: number): string => `${address} ${port}`;

/**
 * Client of an address: an IPv4 address, or the first 64 bits of an IPv6 address, as a client
 * usually owns all addresses below (RFC 6177).
 */
export const clientOf = (address: string): string => {
  const mapped = /^::ffff:(?<v4>[\d.]+)$/i.exec(address)?.groups?.v4;
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
};
