import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { requireProgram } from './cluster/require-program.ts';
import { plainEnvironment } from './server/environment.ts';

/** Paths of a certificate and its key (PEM). */
export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateRequest {
  /** Base name of the files. */
  name: string;
  /** Subject of the certificate: `/CN=etcd`. */
  subject: string;
  usage: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth';
  /** Alternative names: `DNS:localhost`, `IP:127.0.0.1`. */
  names: readonly string[];
  /** Days until the certificate expires; negative: it has expired. Default 30. */
  days?: number;
}

/** Certificate authority of a lab, which no program outside the lab trusts. */
export interface Authority {
  certificate: Certificate;
  /**
   * Makes a key and a signed certificate.
   * @throws SwarmError `no_certificates`
   */
  sign(request: CertificateRequest): Promise<Certificate>;
  /** Writes a private key to `path`. */
  newKey(path: string): Promise<void>;
}

/** Validity of the authority, days: a lab does not live long. */
const DAYS = 30;

/**
 * Makes an authority with its files in `folder`.
 * @throws SwarmError `no_program`, `no_certificates`
 */
export const createAuthority = async (folder: string): Promise<Authority> => {
  const openssl = await requireProgram(['openssl'], 'openssl');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { execa } = await import('execa');
  const run = async (...args: string[]): Promise<void> => {
    const { failed, stderr } = await execa(openssl, args, {
      env: plainEnvironment(),
      extendEnv: false,
      reject: false,
      timeout: 20_000,
    });
    if (failed)
      throw new SwarmError(
        'no_certificates',
        `openssl could not make a certificate: ${stderr}`,
        'is openssl 3 installed?',
      );
  };
  const filesOf = (name: string): Certificate => ({
    cert: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  const newKey = (path: string): Promise<void> =>
    run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path);

  const certificate = filesOf('ca');
  await newKey(certificate.key);
  const self = ['req', '-x509', '-new', '-key', certificate.key, '-out', certificate.cert];
  await run(...self, '-days', String(DAYS), '-subj', '/CN=livekit-swarm-lab');

  return {
    certificate,
    newKey,
    sign: async ({ name, subject, usage, names, days = DAYS }) => {
      const files = filesOf(name);
      const request = join(folder, `${name}.csr`);
      const extensions = join(folder, `${name}.ext`);
      await newKey(files.key);
      await run('req', '-new', '-key', files.key, '-out', request, '-subj', subject);
      const alternative = names.length === 0 ? '' : `subjectAltName=${names.join(',')}\n`;
      await writeFile(
        extensions,
        `keyUsage=critical,digitalSignature\nextendedKeyUsage=${usage}\n${alternative}`,
      );
      const signedBy = ['-CA', certificate.cert, '-CAkey', certificate.key, '-CAcreateserial'];
      const out = ['-out', files.cert, '-days', String(days), '-extfile', extensions];
      await run('x509', '-req', '-in', request, ...signedBy, ...out);
      return files;
    },
  };
};
