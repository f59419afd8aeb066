import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from './web-settings.ts';

/** Options of a TLS server for a policy on client certificates. */
export const certificateRequest = ({
  clientAuth,
}: TlsSettings): { requestCert: boolean; rejectUnauthorized: boolean } => ({
  requestCert: clientAuth !== 'NoClientCert',
  // Then OpenSSL ends the handshake with an alert that names the reason.
  rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
});

/**
 * Check the certificate of a client after the handshake.
 * @returns the reason to reject the client, or null
 */
export const rejectionOf = (
  socket: Pick<TLSSocket, 'authorized' | 'getPeerX509Certificate'>,
  { clientAuth, allowedSans }: TlsSettings,
): string | null => {
  const certificate = socket.getPeerX509Certificate();
  const isRequired =
    clientAuth === 'RequireAnyClientCert' ||
    clientAuth === 'RequireClientCert' ||
    clientAuth === 'RequireAndVerifyClientCert';
  if (certificate === undefined) return isRequired ? 'it sent no certificate' : null;
  const isVerified =
    clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (isVerified && !socket.authorized) return 'the CA of clients did not issue its certificate';
  if (allowedSans !== null && !sansOf(certificate).some((name) => allowedSans.includes(name)))
    return 'its certificate has none of client_allowed_sans';
  return null;
};

/**
 * Names of a certificate in the form in which exporter-toolkit compares them: DNS names, addresses,
 * e-mail addresses and URIs.
 */
export const sansOf = ({
  subjectAltName = '',
}: Pick<X509Certificate, 'subjectAltName'>): string[] =>
  // Node quotes a name that could be taken for several ones; no name in use needs it.
  subjectAltName.includes('"')
    ? []
    : subjectAltName.split(', ').flatMap((entry) => {
        const colon = entry.indexOf(':');
        const [kind, name] = [entry.slice(0, colon), entry.slice(colon + 1)];
        if (kind === 'IP Address') return [canonicalAddress(name)];
        return ['DNS', 'email', 'URI'].includes(kind) ? [name] : [];
      });

/** Write an IPv6 address as Go does: OpenSSL writes all of its groups. */
const canonicalAddress = (address: string): string =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
