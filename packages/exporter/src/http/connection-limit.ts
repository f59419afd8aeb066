import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';

/**
 * Keeps the connections of a server below a limit without locking any client out. A server that only refuses further connections is closed to
 * Prometheus and to liveness probes as soon as one client holds all of them open. Here a new connection replaces another: the oldest without a request
 * of the address with the most connections. Connections with a running request are never closed; if all are such, the new one is rejected.
 *
 * @param max connections at the same time
 */
export const limitConnections = (server: Server | TlsServer, max: number): void => {
  /** By address; the connections of each in the order they were opened, by their remote port. */
  const open = new Map<string, Map<number, Socket>>();
  /** Connections with a request. A TLS request has another socket object than its connection, but the same remote. */
  const answering = new Set<string>();
  let count = 0;

  const forget = (address: string, port: number): void => {
    const connections = open.get(address);
    if (connections?.delete(port) !== true) return;
    count--;
    if (connections.size === 0) open.delete(address);
  };

  /** Ends the connection that is needed least; false where all are needed. */
  const endOne = (): boolean => {
    const mostFirst = [...open].sort(([, a], [, b]) => b.size - a.size);
    for (const [address, connections] of mostFirst) {
      for (const [port, socket] of connections) {
        if (answering.has(keyOf(address, port))) continue;
        forget(address, port);
        socket.destroy();
        return true;
      }
    }
    return false;
  };

  server.on('connection', (socket: Socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    // The client has disconnected.
    if (address === undefined || port === undefined) return;
    if (count >= max && !endOne()) {
      socket.destroy();
      return;
    }
    count++;
    const connections = open.get(address) ?? new Map<number, Socket>();
    open.set(address, connections.set(port, socket));
    socket.once('close', () => forget(address, port));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    answering.add(key);
    response.once('close', () => answering.delete(key));
  });
};

const keyOf = (address: string, port: number): string => `${address} ${port}`;
