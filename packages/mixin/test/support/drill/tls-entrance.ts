import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { createAuthority } from '@livekit-swarm/lab';

/** A TLS address, as of a load balancer or TURN server. */
export interface TlsEntrance {
  /** Host and port: `127.0.0.1:5349`. */
  address: string;
  /** Installs a new certificate that is valid for this number of days. */
  renew(days: number): Promise<void>;
  close(): Promise<void>;
}

const VALID_DAYS = 60;

/** @param folder folder of its certificates */
export const startTlsEntrance = async (folder: string): Promise<TlsEntrance> => {
  const authority = await createAuthority(folder);
  const certificateOf = async (days: number): Promise<{ cert: Buffer; key: Buffer }> => {
    const { cert, key } = await authority.sign({
      name: `entrance-${days}`,
      subject: '/CN=localhost',
      usage: 'serverAuth',
      names: ['DNS:localhost', 'IP:127.0.0.1'],
      days,
    });
    return { cert: await readFile(cert), key: await readFile(key) };
  };
  const server = createServer(await certificateOf(VALID_DAYS), (socket) => {
    socket.on('error', () => {});
    socket.end();
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    renew: async (days) => server.setSecureContext(await certificateOf(days)),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};
