import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type SwarmError, usageError } from '@livekit-swarm/settings';
import type { Hono } from 'hono';

export interface Listening {
  readonly port: number;
  /**
   * Accepts no more requests, and waits a moment for those in progress: a report may still be on
   * its way.
   */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
const SWEEP_MS = 20;

/**
 * Serves on loopback only.
 * @param port port; 0: any free one
 * @throws SwarmError `usage` if the port cannot be used
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
      // A connection becomes idle a moment after its response, and would stay open for the next
      // request.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(timer);
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
