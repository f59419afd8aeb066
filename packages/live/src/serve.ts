import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type SwarmError, usageError } from '@livekit-swarm/settings';
import type { Hono } from 'hono';

export interface Listening {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves on loopback only.
 * @param port 0: any that is free
 * @throws SwarmError `usage` when the port cannot be used
 */
export const serveOnLoopback = async (app: Hono, port: number): Promise<Listening> => {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  try {
    server.listen({ host: HOST, port });
    await once(server, 'listening');
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, port);
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const REASONS: Record<string, string> = {
  EADDRINUSE: 'it is in use',
  EACCES: 'it is not allowed',
};

const explain = ({ code = '', message }: NodeJS.ErrnoException, port: number): SwarmError =>
  usageError(
    `cannot serve the live page on port ${port}: ${REASONS[code] ?? message}`,
    'choose another one with --ui-port, or leave it out for a free one',
  );
