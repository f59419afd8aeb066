import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { type SwarmError, usageError } from '@livekit-swarm/settings';
import { formatAddress, type ListenAddress } from '../config/listen-address.ts';
import type { Log } from '../log/log.ts';
import type { Web } from '../web/open-web.ts';
import { secureContextOptions } from '../web/tls-options.ts';
import { type ConnectionLimits, limitConnections } from './connection-limit.ts';
import { followTls } from './follow-tls.ts';

export interface ServeOptions {
  listen: ListenAddress;
  /** TLS, which follows its files. */
  web: Web;
  /** True if clients need the certificates that the web configuration file asks for. */
  needsClientCertificates: boolean;
  /** Time limit to receive a request, ms. */
  requestTimeoutMs: number;
  connections: ConnectionLimits;
  log: Log;
}

/** Application that answers requests; its routes may be others for each request. */
export interface Fetching {
  fetch: Parameters<typeof getRequestListener>[0];
}

export interface Listening {
  /** Address with the port in use. */
  address: ListenAddress;
  /** Reject further requests, wait for running ones, and end those that remain after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1_024;
/**
 * Time for which an idle connection is kept, ms: longer than the interval of frequent scrapers, a
 * second or two, and short enough not to hold descriptors for nothing.
 */
const KEEP_ALIVE_MS = 30_000;
const SWEEP_MS = 50;
/**
 * Maximum number of connections that wait to be accepted; the kernel limits it to
 * net.core.somaxconn. If there are more, the kernel drops those of all clients, and a client tries
 * again after 1, 3 and 7 seconds. Node's default of 511 is less than one client opens at once.
 */
const BACKLOG = 65_535;

/**
 * Serve an application.
 * @throws SwarmError `usage` if the address cannot be used, or the certificate is invalid
 */
export const serve = async (
  app: Fetching,
  { listen, web, needsClientCertificates, requestTimeoutMs, connections, log }: ServeOptions,
): Promise<Listening> => {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
  };
  const { tls } = web.current;
  let server: Server | TlsServer;
  if (tls === null) {
    server = createServer(options);
    limitConnections(server, connections, listener);
  } else {
    const secure = createTlsServer({
      ...options,
      ...secureContextOptions(tls),
      handshakeTimeout: requestTimeoutMs,
    });
    limitConnections(secure, connections, listener);
    followTls(secure, web, { needsClientCertificates, log });
    server = secure;
  }
  try {
    server.listen({ host: listen.host || undefined, port: listen.port, backlog: BACKLOG });
    await once(server, 'listening');
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, listen);
  }
  const bound = server.address();
  return {
    address: {
      host: listen.host,
      port: typeof bound === 'object' && bound !== null ? bound.port : listen.port,
    },
    close: async (graceMs) => {
      const closed = once(server, 'close');
      server.close();
      // A connection with a running response becomes idle a moment later, and would stay open for
      // the next request.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(timer);
    },
  };
};

const REASONS: Record<string, string> = {
  EADDRINUSE: 'the address is in use',
  EACCES: 'it is not allowed',
  EADDRNOTAVAIL: 'this host has no such address',
  ENOTFOUND: 'there is no such host',
};

const explain = (
  { code = '', message }: NodeJS.ErrnoException,
  listen: ListenAddress,
): SwarmError =>
  usageError(
    `cannot listen on ${formatAddress(listen)}: ${REASONS[code] ?? message}`,
    'choose another address: --listen [ADDRESS]:PORT',
  );
