import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** TCP proxy before a server's signalling port; media bypasses it. */
export interface Proxy extends AsyncDisposable {
  /** URL of the proxy, `ws://…`. */
  readonly url: string;
  /** Close all connections, like a network failure. */
  cut(): void;
  /** Forward new connections to this port; null: refuse them. */
  lead(port: number | null): void;
}

export const startProxy = async (port: number): Promise<Proxy> => {
  let target: number | null = port;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (target === null) {
      client.destroy();
      return;
    }
    const upstream = keep(dial(target, '127.0.0.1'));
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ws://127.0.0.1:${own}`,
    cut,
    lead: (next) => {
      target = next;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
