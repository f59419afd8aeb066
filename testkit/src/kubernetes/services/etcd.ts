import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment, requireProgram } from '@livekit-swarm/lab';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

/**
 * Store of the API server. Other users of this host can reach its ports, but cannot use them
 * without a certificate of the cluster.
 */
export const etcd = async ({ paths, ports, certificates }: ServicePlace): Promise<ServiceSpec> => {
  const url = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  const { authority, etcd: own } = certificates;
  return {
    name: 'etcd',
    command: await requireProgram(['etcd'], 'etcd-server'),
    args: [
      '--name=lab',
      `--data-dir=${join(paths.data, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=lab=${peer}`,
      `--cert-file=${own.cert}`,
      `--key-file=${own.key}`,
      `--trusted-ca-file=${authority.cert}`,
      '--client-cert-auth',
      `--peer-cert-file=${own.cert}`,
      `--peer-key-file=${own.key}`,
      `--peer-trusted-ca-file=${authority.cert}`,
      '--peer-client-cert-auth',
      // The data is removed with the cluster, so there is no need to wait for the disk.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    env: plainEnvironment(),
    files: {},
    logFile: join(paths.logs, 'etcd.log'),
    ready: { host: '127.0.0.1', port: ports.etcd },
    readyWithinMs: 30_000,
    stopSteps: IMMEDIATE_STOP,
    url,
  };
};
