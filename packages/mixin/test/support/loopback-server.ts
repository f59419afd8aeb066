import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  /** Host and port: `127.0.0.1:40123`. */
  address: string;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

/** Lets a server listen on a free port of loopback. */
export const listenOnLoopback = async (server: Server): Promise<LoopbackServer> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
