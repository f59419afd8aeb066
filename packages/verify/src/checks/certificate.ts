import { connect, type PeerCertificate } from 'node:tls';
import { tlsProblem } from '@livekit-swarm/livekit';
import type { CheckResult } from '../check.ts';
import { found, passed } from '../check.ts';

/** Certificate of one port. */
export interface PresentedCertificate {
  /** URL and address of the port: `wss://livekit.example.com at 192.0.2.1`. */
  where: string;
  /** Error code of OpenSSL or of the connection; null: the certificate was accepted. */
  error: string | null;
  /** Time of expiry, Unix time, ms; null: no certificate was received. */
  expiresAt: number | null;
  /** Names that the certificate is valid for. */
  names: string;
}

const WARN_DAYS = 14;
const DAY_MS = 86_400_000;
const TIMEOUT_MS = 4_000;

/**
 * Result for the certificates of one kind of port: all must be accepted, and be valid for two more
 * weeks.
 * @param validUntilMs time until which they must be valid at least; null: none
 */
export const certificateRule = (
  presented: readonly PresentedCertificate[],
  nowMs: number,
  validUntilMs: number | null,
): CheckResult => {
  const bad = presented.filter(({ error }) => error !== null);
  if (bad.length > 0) {
    const [first] = bad;
    const hint = tlsProblem(first?.error ?? '')?.hint;
    return found('error', bad.map(describe), hint);
  }
  const expiring = presented.filter(
    ({ expiresAt }) => expiresAt !== null && validUntilMs !== null && expiresAt < validUntilMs,
  );
  if (expiring.length > 0)
    return found(
      'error',
      expiring.map(({ where, expiresAt }) => `${where}: expires ${timeText(expiresAt)}`),
      `renew it, and reload what presents it: it must be valid until ${timeText(validUntilMs)}`,
    );
  const soon = presented.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt - nowMs < WARN_DAYS * DAY_MS,
  );
  if (soon.length > 0)
    return found(
      'warning',
      soon.map((one) => `${one.where}: expires in ${daysUntil(one.expiresAt, nowMs)} days`),
      'renew it, and reload what presents it; an automatic renewal has failed',
    );
  return passed(
    ...presented.map((one) => `${one.where}: valid for ${daysUntil(one.expiresAt, nowMs)} days`),
  );
};

const timeText = (ms: number | null): string =>
  ms === null ? 'never' : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const daysUntil = (expiresAt: number | null, nowMs: number): number =>
  Math.floor(((expiresAt ?? nowMs) - nowMs) / DAY_MS);

const describe = ({ where, error, names }: PresentedCertificate): string => {
  const what = tlsProblem(error ?? '')?.what ?? 'no TLS connection';
  const itsNames = error === 'ERR_TLS_CERT_ALTNAME_INVALID' ? `; it has ${names}` : '';
  return `${where}: ${what} (${error}${itsNames})`;
};

/**
 * Reads the certificate of a port.
 * @param host name that the certificate must have; an address has no SNI
 */
export const presentedAt = (
  host: string,
  address: string,
  port: number,
  where: string,
): Promise<PresentedCertificate> =>
  new Promise((resolve) => {
    const isAddress = /^[\d.]+$|:/.test(host);
    const socket = connect({
      host: address,
      port,
      timeout: TIMEOUT_MS,
      // The certificate is read even if it is not accepted; nothing is sent on this connection.
      rejectUnauthorized: false,
      ...(isAddress ? {} : { servername: host }),
    });
    const end = (error: string | null, certificate: PeerCertificate | null): void => {
      socket.destroy();
      const until = certificate?.valid_to === undefined ? null : Date.parse(certificate.valid_to);
      resolve({ where, error, expiresAt: until, names: certificate?.subjectaltname ?? 'no name' });
    };
    socket.once('secureConnect', () => {
      // In TLS 1.3 the certificate of an address is verified against `host`, so the name is checked
      // here.
      const certificate = socket.getPeerCertificate();
      const own: unknown = socket.authorizationError;
      const code =
        own == null
          ? null
          : own instanceof Error && 'code' in own
            ? String(own.code)
            : String(own).replace(/^Error: /, '');
      end(code, certificate);
    });
    socket.once('timeout', () => end('ETIMEDOUT', null));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message, null));
  });
