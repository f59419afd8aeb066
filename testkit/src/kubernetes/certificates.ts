import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnvironment, requireProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/** Files of a certificate (PEM). */
export interface Certificate {
  cert: string;
  key: string;
}

export interface Certificates {
  /** What all of them are signed with; clients check against it. */
  authority: Certificate;
  apiServer: Certificate;
  etcd: Certificate;
  /** The API server shows it to etcd, which rejects clients without one. */
  apiServerAtEtcd: Certificate;
  kubelet: Certificate;
  /** The API server shows it to the kubelet, for logs and for commands in containers. */
  apiServerAtKubelet: Certificate;
  /** Signs the tokens of service accounts. */
  serviceAccounts: { key: string; publicKey: string };
}

/** A lab does not live long. */
const DAYS = '30';

/** Makes all certificates of a cluster in `folder`. @throws SwarmError `no_program`, `no_certificates` */
export const makeCertificates = async (
  folder: string,
  nodeAddress: string,
  nodeName: string,
): Promise<Certificates> => {
  const openssl = await requireProgram(['openssl'], 'openssl');
  await mkdir(folder, { recursive: true, mode: 0o700 });
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
  const newKey = (key: string): Promise<void> =>
    run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key);

  const authority = filesOf('ca');
  await newKey(authority.key);
  await run(
    'req',
    '-x509',
    '-new',
    '-key',
    authority.key,
    '-out',
    authority.cert,
    '-days',
    DAYS,
    '-subj',
    '/CN=livekit-swarm-lab',
  );

  const sign = async (
    name: string,
    subject: string,
    usage: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth',
    names: string[],
  ): Promise<Certificate> => {
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
    const signedBy = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial'];
    await run(
      'x509',
      '-req',
      '-in',
      request,
      ...signedBy,
      '-out',
      files.cert,
      '-days',
      DAYS,
      '-extfile',
      extensions,
    );
    return files;
  };
  const apiServer = await sign('api-server', '/CN=kube-apiserver', 'serverAuth', [
    'IP:127.0.0.1',
    `IP:${nodeAddress}`,
    'DNS:localhost',
    'DNS:kubernetes.default.svc',
  ]);
  // It also shows it to itself: its HTTP gateway is a client.
  const etcd = await sign('etcd', '/CN=etcd', 'serverAuth,clientAuth', ['IP:127.0.0.1']);
  const apiServerAtEtcd = await sign(
    'etcd-client',
    '/CN=kube-apiserver-etcd-client',
    'clientAuth',
    [],
  );
  const kubelet = await sign('kubelet', `/CN=system:node:${nodeName}`, 'serverAuth', [
    `IP:${nodeAddress}`,
    `DNS:${nodeName}`,
  ]);
  const apiServerAtKubelet = await sign(
    'kubelet-client',
    '/O=system:masters/CN=kube-apiserver-kubelet-client',
    'clientAuth',
    [],
  );

  const serviceAccounts = {
    key: join(folder, 'service-accounts.key'),
    publicKey: join(folder, 'service-accounts.pub'),
  };
  await newKey(serviceAccounts.key);
  await run('pkey', '-in', serviceAccounts.key, '-pubout', '-out', serviceAccounts.publicKey);
  return {
    authority,
    apiServer,
    etcd,
    apiServerAtEtcd,
    kubelet,
    apiServerAtKubelet,
    serviceAccounts,
  };
};
