import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, requireProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { KUBELET_SOCKET } from './host-folders.ts';
import { CNI_PLUGINS } from './services/containerd.ts';

/** Debian packages that a cluster needs besides Kubernetes itself. */
export const KUBERNETES_PACKAGES = [
  'etcd-server',
  'docker.io',
  'containernetworking-plugins',
  'iproute2',
  'openssl',
  'redis-server',
  'busybox-static',
] as const;

/** Programs, each with its Debian package. */
const PROGRAMS: readonly (readonly [string, (typeof KUBERNETES_PACKAGES)[number]])[] = [
  ['etcd', 'etcd-server'],
  ['containerd', 'docker.io'],
  ['ctr', 'docker.io'],
  ['runc', 'docker.io'],
  ['ip', 'iproute2'],
  ['openssl', 'openssl'],
  ['redis-server', 'redis-server'],
  ['busybox', 'busybox-static'],
];

const refuse = (why: string): never => {
  throw new SwarmError(
    'no_kubernetes',
    `no Kubernetes can be run here: ${why}`,
    'run it as root on a Linux machine or in a virtual one',
  );
};

/**
 * Requires that no other kubelet runs: two would use the same sockets. Leftovers of an earlier
 * cluster must be removed before.
 * @throws SwarmError `no_kubernetes`
 */
export const expectNoOtherKubelet = (): void => {
  if (existsSync(KUBELET_SOCKET))
    refuse(`a kubelet runs on this host already, or was killed and left ${KUBELET_SOCKET}`);
};

/**
 * Checks the requirements before any build or start, and names all that are missing.
 * @throws SwarmError `no_kubernetes`, `no_program`
 */
export const expectKubernetesHere = async (): Promise<void> => {
  if (process.platform !== 'linux') refuse('it needs Linux');
  if (process.getuid?.() !== 0) refuse('containers, mounts and bridges need root');
  const missing: (readonly [what: string, debianPackage: string])[] = [];
  for (const [program, debianPackage] of PROGRAMS) {
    await requireProgram([program], debianPackage).catch(() =>
      missing.push([program, debianPackage]),
    );
  }
  for (const plugin of CNI_PLUGIN_NAMES) {
    if (!(await isExecutable(join(CNI_PLUGINS, plugin)))) {
      missing.push([`the CNI plugin "${plugin}" in ${CNI_PLUGINS}`, 'containernetworking-plugins']);
    }
  }
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))];
  throw new SwarmError(
    'no_program',
    `a Kubernetes cluster needs what is not on this host: ${missing.map(([what]) => what).join(', ')}`,
    `install it: "apt-get install ${packages.join(' ')}" on Debian`,
  );
};

const CNI_PLUGIN_NAMES = ['bridge', 'host-local', 'loopback'];
