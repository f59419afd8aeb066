import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../log/log.ts';
import { createLimiter } from '../sources/clients/limiter.ts';
import { certificateRequest, rejectionOf } from '../web/client-certificate.ts';
import type { Web } from '../web/open-web.ts';
import { secureContextOptions } from '../web/tls-options.ts';
import { type TlsSettings, tlsSettings } from '../web/web-settings.ts';

export interface FollowTlsOptions {
  /** True if clients need the certificates that the web configuration file asks for. */
  needsClientCertificates: boolean;
  log: Log;
}

/** Apply changed TLS settings to new connections of a server, and reject clients as they say. */
export const followTls = (
  server: Server,
  web: Web,
  { needsClientCertificates, log }: FollowTlsOptions,
): void => {
  const logged = createLimiter({ perSecond: 1, burst: 10 }, 1);
  let applied: TlsSettings | null = null;
  const settingsOf = (tls: TlsSettings): TlsSettings =>
    needsClientCertificates ? tls : tlsSettings({ ...tls, clientAuth: 'NoClientCert' });
  const apply = (): void => {
    web.refresh();
    const { tls } = web.current;
    if (tls === null || tls === applied) return;
    applied = tls;
    server.setSecureContext(secureContextOptions(settingsOf(tls)));
    // Node reads these properties with each connection; setSecureContext does not set them.
    Object.assign(server, certificateRequest(settingsOf(tls)));
  };
  apply();
  server.prependListener('connection', apply);

  const accept = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    const { tls } = web.current;
    const reason = tls === null ? null : rejectionOf(socket, settingsOf(tls));
    if (reason === null) {
      for (const listen of accept) listen.call(server, socket);
      return;
    }
    // Rejected clients must not fill the log.
    if (logged.allows('', performance.now()))
      log.warn(`rejected ${socket.remoteAddress}: ${reason}`);
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) =>
    log.debug(`handshake with ${socket.remoteAddress} failed: ${error.message}`),
  );
};
