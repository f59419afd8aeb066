/**
 * A reverse proxy that passes requests and WebSockets below chosen paths to servers on this host,
 * for tests of proxies in front of livekit-server.
 */
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Route {
  /** Beginning of the paths of this route. */
  prefix: string;
  /** Part that the proxy removes from the beginning of the path. */
  strip?: string;
  /** Port of the server. */
  port: number;
}

/** Starts the proxy. It answers other paths with 404 and a page, as web servers do. */
export const startPathProxy = async (
  routes: readonly Route[],
): Promise<{ port: number } & AsyncDisposable> => {
  const sockets = new Set<Socket>();
  const routeOf = ({ url = '' }: IncomingMessage): { port: number; path: string } | null => {
    const route = routes.find(({ prefix }) => url.startsWith(prefix));
    return route === undefined
      ? null
      : { port: route.port, path: url.slice(route.strip?.length ?? 0) };
  };
  const server = createServer((asked, answer) => {
    const route = routeOf(asked);
    if (route === null) {
      answer.writeHead(404, { 'content-type': 'text/html' }).end('<html>404 Not Found</html>');
      return;
    }
    const { method, headers } = asked;
    const passed = request({ host: '127.0.0.1', ...route, method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (asked: IncomingMessage, client: Duplex, head: Buffer) => {
    const route = routeOf(asked);
    if (route === null) {
      client.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const upstream = connect(route.port, '127.0.0.1', () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
      upstream.write(`GET ${route.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
