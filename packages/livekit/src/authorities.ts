import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { usageError } from '@livekit-swarm/settings';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const MAX_FILE_BYTES = 4 * 1_024 * 1_024;

/**
 * Reads certificates of authorities (PEM, one after the other), for example of a private CA.
 * @returns only the certificates (PEM): a private key in the same file is left out
 * @throws SwarmError `usage` when the file cannot be read or contains none
 */
export const readAuthorities = (file: string): string => {
  const found = readText(file).match(CERTIFICATE) ?? [];
  if (found.length === 0)
    throw usageError(
      `CA file ${file}: holds no certificate in PEM format`,
      'it begins with -----BEGIN CERTIFICATE-----; for DER: openssl x509 -inform der -in FILE -out ca.pem',
    );
  for (const [index, pem] of found.entries()) {
    if (!isCertificate(pem))
      throw usageError(
        `CA file ${file}: certificate ${index + 1} of ${found.length} is damaged`,
        `"openssl x509 -in ${file} -noout -subject" shows the first one`,
      );
  }
  return `${found.join('\n')}\n`;
};

const readText = (file: string): string => {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= MAX_FILE_BYTES) return bytes.toString('latin1');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    throw usageError(
      `CA file ${file}: cannot be read (${why})`,
      "give the PEM file with your CA's certificate",
    );
  }
  throw usageError(
    `CA file ${file}: is larger than 4 MiB`,
    "give the PEM file with your CA's certificate",
  );
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem) instanceof X509Certificate;
  } catch {
    return false;
  }
};

let trusted: string | null = null;

/**
 * Makes every later TLS connection of this process (signalling, API, Redis) trust these
 * authorities, in addition to those of Node and NODE_EXTRA_CA_CERTS.
 * @param pem from `readAuthorities`, here or on the host that sent the job; null: none
 */
export const trustAuthorities = (pem: string | null): void => {
  if (pem === trusted || pem === null) return;
  trusted = pem;
  setDefaultCACertificates([...getCACertificates('default'), ...(pem.match(CERTIFICATE) ?? [])]);
};

/** Certificates given to `trustAuthorities` (PEM), to be sent with a job; null: none. */
export const trustedAuthorities = (): string | null => trusted;
