import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, createAuthority } from '@livekit-swarm/lab';

export interface Certificates {
  /** Authority that signs all others, and verifies them for clients. */
  authority: Certificate;
  apiServer: Certificate;
  etcd: Certificate;
  /** Certificate of the API server as a client of etcd, which rejects clients without one. */
  apiServerAtEtcd: Certificate;
  kubelet: Certificate;
  /**
   * Certificate of the API server as a client of the kubelet, for logs and for commands in
   * containers.
   */
  apiServerAtKubelet: Certificate;
  /**
   * Authority of those that speak for a user at servers of further APIs, and the certificate of the API
   * server there.
   */
  frontProxy: { authority: Certificate; apiServer: Certificate };
  /** Keys that sign the tokens of service accounts. */
  serviceAccounts: { key: string; publicKey: string };
}

/** Name of the API server at servers of further APIs. */
export const FRONT_PROXY = 'front-proxy-client';

/**
 * Makes all certificates of a cluster in `folder`.
 * @throws SwarmError `no_program`, `no_certificates`
 */
export const makeCertificates = async (
  folder: string,
  nodeAddress: string,
  nodeName: string,
): Promise<Certificates> => {
  const { certificate, newKey, sign } = await createAuthority(folder);
  const apiServer = await sign({
    name: 'api-server',
    subject: '/CN=kube-apiserver',
    usage: 'serverAuth',
    names: ['IP:127.0.0.1', `IP:${nodeAddress}`, 'DNS:localhost', 'DNS:kubernetes.default.svc'],
  });
  // etcd's HTTP gateway is a client of etcd itself.
  const etcd = await sign({
    name: 'etcd',
    subject: '/CN=etcd',
    usage: 'serverAuth,clientAuth',
    names: ['IP:127.0.0.1'],
  });
  const apiServerAtEtcd = await sign({
    name: 'etcd-client',
    subject: '/CN=kube-apiserver-etcd-client',
    usage: 'clientAuth',
    names: [],
  });
  const kubelet = await sign({
    name: 'kubelet',
    subject: `/CN=system:node:${nodeName}`,
    usage: 'serverAuth',
    names: [`IP:${nodeAddress}`, `DNS:${nodeName}`],
  });
  const apiServerAtKubelet = await sign({
    name: 'kubelet-client',
    subject: '/O=system:masters/CN=kube-apiserver-kubelet-client',
    usage: 'clientAuth',
    names: [],
  });
  const proxy = await createAuthority(join(folder, 'front-proxy'));
  const apiServerAtApis = await proxy.sign({
    name: 'front-proxy-client',
    subject: `/CN=${FRONT_PROXY}`,
    usage: 'clientAuth',
    names: [],
  });

  const serviceAccounts = {
    key: join(folder, 'service-accounts.key'),
    publicKey: join(folder, 'service-accounts.pub'),
  };
  await newKey(serviceAccounts.key);
  const privateKey = createPrivateKey(await readFile(serviceAccounts.key));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  await writeFile(serviceAccounts.publicKey, publicKey);
  return {
    authority: certificate,
    apiServer,
    etcd,
    apiServerAtEtcd,
    kubelet,
    apiServerAtKubelet,
    frontProxy: { authority: proxy.certificate, apiServer: apiServerAtApis },
    serviceAccounts,
  };
};
