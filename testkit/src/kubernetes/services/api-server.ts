import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment } from '@livekit-swarm/lab';
import { FRONT_PROXY } from '../certificates.ts';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

/** Range of addresses of Services. They are not routed: a lab has no kube-proxy. */
const SERVICE_RANGE = '10.212.0.0/24';

export const apiServer = ({
  paths,
  ports,
  programs,
  certificates,
  network,
  tokenFile,
}: ServicePlace): ServiceSpec => {
  const {
    authority,
    serviceAccounts,
    apiServer: own,
    apiServerAtEtcd,
    apiServerAtKubelet,
    frontProxy,
  } = certificates;
  return {
    name: 'kube-apiserver',
    command: programs['kube-apiserver'],
    args: [
      `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
      `--etcd-cafile=${authority.cert}`,
      `--etcd-certfile=${apiServerAtEtcd.cert}`,
      `--etcd-keyfile=${apiServerAtEtcd.key}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--advertise-address=${network.address}`,
      '--endpoint-reconciler-type=none',
      // For helper pods of drills.
      '--allow-privileged=true',
      `--tls-cert-file=${own.cert}`,
      `--tls-private-key-file=${own.key}`,
      `--token-auth-file=${tokenFile}`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${serviceAccounts.key}`,
      `--service-account-key-file=${serviceAccounts.publicKey}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      `--kubelet-certificate-authority=${authority.cert}`,
      `--kubelet-client-certificate=${apiServerAtKubelet.cert}`,
      `--kubelet-client-key=${apiServerAtKubelet.key}`,
      '--kubelet-preferred-address-types=InternalIP',
      // For servers of further APIs, such as metrics: reached by the endpoints of their Services.
      '--enable-aggregator-routing=true',
      `--requestheader-client-ca-file=${frontProxy.authority.cert}`,
      `--requestheader-allowed-names=${FRONT_PROXY}`,
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${frontProxy.apiServer.cert}`,
      `--proxy-client-key-file=${frontProxy.apiServer.key}`,
    ],
    env: plainEnvironment(),
    files: {},
    logFile: join(paths.logs, 'kube-apiserver.log'),
    ready: { host: '127.0.0.1', port: ports.apiServer },
    readyWithinMs: 60_000,
    stopSteps: IMMEDIATE_STOP,
    url: `https://127.0.0.1:${ports.apiServer}`,
  };
};
