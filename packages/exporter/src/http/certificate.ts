import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { messageOf, usageError } from '@livekit-swarm/settings';

/** Paths of PEM files. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

const LOOK_EVERY_MS = 2_000;

/**
 * Read certificate and key.
 * @throws SwarmError `usage` if the files cannot be read, or do not belong together
 */
export const readCertificate = async ({
  cert,
  key,
}: CertificateFiles): Promise<{ cert: Buffer; key: Buffer }> => {
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw usageError(
        `tls: ${path} cannot be read: ${error.code ?? error.message}`,
        'check the path and who may read it',
      );
    });
  const pair = { cert: await read(cert), key: await read(key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw usageError(
      `tls: ${cert} and ${key} are not a certificate and its key: ${messageOf(error)}`,
      'both must be PEM, and the key must be that of the certificate',
    );
  }
  return pair;
};

/**
 * Watch the files, and load a renewed certificate. If the new one is invalid, the old one stays in
 * use.
 * @returns a function that ends the watching
 */
export const watchCertificate = (
  files: CertificateFiles,
  server: Server,
  log: (line: string) => void,
): (() => void) => {
  const renew = (): void => {
    readCertificate(files).then(
      (pair) => {
        server.setSecureContext(pair);
        log('tls: the certificate was renewed');
      },
      (error: unknown) => log(`${messageOf(error)}; the old certificate stays in use`),
    );
  };
  const paths = [files.cert, files.key];
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, renew);
  return () => {
    for (const path of paths) unwatchFile(path, renew);
  };
};
