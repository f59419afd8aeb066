import { createSecureContext } from 'node:tls';
import { messageOf, usageError } from '@livekit-swarm/settings';
import type { CipherSuite, ClientAuthType, Curve, TlsVersion } from './tls-names.ts';

/** Settings of a web configuration file, read together with the files that it names. */
export interface WebSettings {
  /** Null: plain HTTP. */
  tls: TlsSettings | null;
  /** Headers that each answer has. */
  headers: readonly (readonly [name: string, value: string])[];
  /** bcrypt hashes of passwords, by user; empty: no user is required. */
  users: ReadonlyMap<string, string>;
  /** Limit of all requests together, except health checks; null: none. */
  rateLimit: { intervalMs: number; burst: number } | null;
}

export interface TlsSettings {
  cert: string;
  key: string;
  clientAuth: ClientAuthType;
  /** Certificates of the CA of clients; null: those of Node. */
  clientCa: string | null;
  /** Names of which a client's certificate must have one; null: any name. */
  allowedSans: readonly string[] | null;
  minVersion: TlsVersion;
  maxVersion: TlsVersion;
  /** Empty: those of Node, also for curves. */
  cipherSuites: readonly CipherSuite[];
  prefersOwnCiphers: boolean;
  curves: readonly Curve[];
}

/** Settings of an exporter without a web configuration file. */
export const PLAIN: WebSettings = { tls: null, headers: [], users: new Map(), rateLimit: null };

/** Create TLS settings with the defaults of exporter-toolkit. */
export const tlsSettings = (
  given: Pick<TlsSettings, 'cert' | 'key'> & Partial<TlsSettings>,
): TlsSettings => ({
  clientAuth: 'NoClientCert',
  clientCa: null,
  allowedSans: null,
  minVersion: 'TLS12',
  maxVersion: 'TLS13',
  cipherSuites: [],
  prefersOwnCiphers: true,
  curves: [],
  ...given,
});

/** Check whether settings reject clients without a password or a certificate of the CA. */
export const isProtecting = ({ users, tls }: WebSettings): boolean =>
  users.size > 0 || tls?.clientAuth === 'RequireAndVerifyClientCert';

/**
 * Check that a certificate and a key are a pair.
 * @param where their origins, for the message
 * @throws SwarmError `usage`
 */
export const checkPair = (cert: string, key: string, where: string): void => {
  try {
    // Node ignores an empty text.
    if (cert === '' || key === '') throw new Error('one of them is empty');
    createSecureContext({ cert, key });
  } catch (error) {
    throw usageError(
      `tls: ${where} are not a certificate and its key: ${messageOf(error)}`,
      'both must be PEM, and the key must be that of the certificate',
    );
  }
};
