import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment, requireProgram } from '@livekit-swarm/lab';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

/** Where the API server keeps everything. On loopback, without keys: as everything in a lab, for the users of this host. */
export const etcd = async ({ paths, ports }: ServicePlace): Promise<ServiceSpec> => {
  const url = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
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
      // It all goes with the cluster: nothing is gained by waiting for the disk.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    env: plainEnvironment(),
    files: {},
    logFile: join(paths.logs, 'etcd.log'),
    ready: { url: `${url}/health` },
    readyWithinMs: 30_000,
    stopSteps: IMMEDIATE_STOP,
    url,
  };
};
