import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { CIPHER_SUITES, CURVES, TLS_VERSIONS } from './tls-names.ts';
import type { TlsSettings } from './web-settings.ts';

/**
 * Make the options of a secure context. With client certificates sessions are not resumed, as a
 * resumed session would outlive the CA that its certificate was verified with.
 */
export const secureContextOptions = (tls: TlsSettings): SecureContextOptions => ({
  cert: tls.cert,
  key: tls.key,
  ...(tls.clientCa !== null && { ca: tls.clientCa }),
  minVersion: TLS_VERSIONS[tls.minVersion],
  maxVersion: TLS_VERSIONS[tls.maxVersion],
  ...ciphersOf(tls),
  honorCipherOrder: tls.prefersOwnCiphers,
  ...(tls.curves.length > 0 && { ecdhCurve: tls.curves.map((curve) => CURVES[curve]).join(':') }),
  ...(tls.clientAuth !== 'NoClientCert' && { secureOptions: constants.SSL_OP_NO_TICKET }),
});

const ciphersOf = ({ cipherSuites, minVersion }: TlsSettings): { ciphers?: string } => {
  // OpenSSL rejects the signatures of TLS before 1.2 at its default level.
  const level = minVersion === 'TLS10' || minVersion === 'TLS11' ? '@SECLEVEL=0' : '';
  if (cipherSuites.length === 0) return level === '' ? {} : { ciphers: `DEFAULT${level}` };
  // As in Go, the suites of TLS 1.3 are not selected: all of them are on.
  const older = cipherSuites.map((suite) => CIPHER_SUITES[suite]).filter((name) => !isTls13(name));
  const newer = Object.values(CIPHER_SUITES).filter(isTls13);
  return { ciphers: [...newer, ...older].join(':') + level };
};

const isTls13 = (name: string): boolean => name.startsWith('TLS_');
