import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '@livekit-swarm/host';
import { needProgram } from '@livekit-swarm/lab';
import { KUBELET_SOCKET } from './host-folders.ts';
import { CNI_PLUGINS } from './services/containerd.ts';

/** What Debian calls the packages that a cluster needs beside Kubernetes itself. */
export const KUBERNETES_PACKAGES = [
  'etcd-server',
  'docker.io',
  'containernetworking-plugins',
  'iproute2',
  'openssl',
  'redis-server',
  'busybox-static',
] as const;

const PROGRAMS: readonly (readonly [string, string])[] = [
  ['etcd', 'etcd-server'],
  ['containerd', 'docker.io'],
  ['ctr', 'docker.io'],
  ['runc', 'docker.io'],
  ['ip', 'iproute2'],
  ['openssl', 'openssl'],
];

const refuse = (why: string): never => {
  throw new LabError(
    'no-kubernetes',
    `no Kubernetes can be run here: ${why}`,
    'run it as root on a Linux machine or in a virtual one',
  );
};

/** Two of them would take each other's sockets. What one of ours has left must be removed before. @throws LabError `no-kubernetes` */
export const expectNoOtherKubelet = (): void => {
  if (existsSync(KUBELET_SOCKET))
    refuse(`a kubelet runs on this machine already, or was killed and left ${KUBELET_SOCKET}`);
};

/** Looks before anything is built or started. @throws LabError `no-kubernetes`, `no-program` */
export const expectKubernetesHere = async (): Promise<void> => {
  if (process.platform !== 'linux') refuse('it needs Linux');
  if (process.getuid?.() !== 0) refuse('containers, mounts and bridges need root');
  for (const [program, debianPackage] of PROGRAMS) await needProgram([program], debianPackage);
  for (const plugin of ['bridge', 'host-local', 'loopback']) {
    await access(join(CNI_PLUGINS, plugin)).catch(() => {
      throw new LabError(
        'no-program',
        `there is no CNI plugin "${plugin}" in ${CNI_PLUGINS}`,
        'install it: "apt-get install containernetworking-plugins" on Debian',
      );
    });
  }
};
