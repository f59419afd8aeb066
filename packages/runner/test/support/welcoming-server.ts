import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deployment, ServerEnd } from '../../src/deployment.ts';

/**
 * Starts a server that admits every participant and does nothing else: enough for a run with an
 * engine that needs no server.
 */
export const welcomingServer = async (): Promise<{
  deployment: Deployment;
  die(cause: ServerEnd['cause']): void;
  close(): Promise<void>;
}> => {
  const server = createServer((_request, response) => response.end('success'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const exited = Promise.withResolvers<ServerEnd>();
  return {
    deployment: {
      url: `ws://127.0.0.1:${port}`,
      apiKey: 'key',
      apiSecret: 'a secret that must never be written anywhere',
      embedded: true,
      serverVersion: '1.13.4',
      exited: exited.promise,
    },
    die: (cause) => exited.resolve({ cause, message: 'livekit-server ended' }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
