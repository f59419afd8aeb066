import { fileURLToPath } from 'node:url';
import type { PinnedProgram } from '@livekit-swarm/lab';
import { type ProvideOptions, provideProgram } from '@livekit-swarm/lab';

/** Release that kubernetes/go.mod pins. */
export const KUBERNETES_VERSION = '1.36.1';

const COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
] as const;

type Component = (typeof COMPONENTS)[number];

/** Paths of the programs of a cluster. */
export type KubernetesPrograms = Readonly<Record<Component | 'pause', string>>;

const moduleFolder = fileURLToPath(new URL('../../kubernetes/', import.meta.url));

const component = (name: Component, usualBuild: string): PinnedProgram => ({
  name,
  version: KUBERNETES_VERSION,
  goPackage: `k8s.io/kubernetes/cmd/${name}`,
  moduleFolder,
  versionArgs: name === 'kubectl' ? ['version', '--client'] : ['--version'],
  versionPattern: /^(?:Kubernetes|Client Version:) v(\d+\.\d+\.\d+\S*)/m,
  pathVariable: `SWARM_${name.toUpperCase().replaceAll('-', '_')}`,
  usualBuild,
  // Kubernetes' own build scripts set these values; without them kubectl cannot read the version of
  // the API server.
  linkedValues: {
    'k8s.io/component-base/version.gitVersion': `v${KUBERNETES_VERSION}`,
    'k8s.io/client-go/pkg/version.gitVersion': `v${KUBERNETES_VERSION}`,
  },
});

/**
 * Programs in the order in which they are built: the first one compiles most of the shared
 * packages.
 */
export const KUBERNETES: readonly PinnedProgram[] = [
  component('kube-apiserver', '2 to 8 minutes'),
  component('kube-controller-manager', 'a minute'),
  component('kube-scheduler', 'half a minute'),
  component('kubelet', 'half a minute'),
  component('kubectl', 'half a minute'),
];

/** Program that holds the namespaces of a pod, in the only image that Kubernetes itself needs. */
export const PAUSE: PinnedProgram = {
  name: 'pause',
  version: '1.0.0',
  goPackage: 'livekit-swarm.invalid/kubernetes/pause',
  moduleFolder,
  versionArgs: ['--version'],
  versionPattern: /^pause (\d+\.\d+\.\d+)/,
  pathVariable: 'SWARM_PAUSE',
  usualBuild: 'a few seconds',
};

/** Server of external metrics: results of Prometheus queries, for HorizontalPodAutoscalers. */
export const EXTERNAL_METRICS: PinnedProgram = {
  name: 'external-metrics',
  version: '1.0.0',
  goPackage: 'livekit-swarm.invalid/kubernetes/external-metrics',
  moduleFolder,
  versionArgs: ['--version'],
  versionPattern: /^external-metrics (\d+\.\d+\.\d+)/,
  pathVariable: 'SWARM_EXTERNAL_METRICS',
  usualBuild: 'half a minute after Kubernetes',
};

/**
 * Provides all programs of Kubernetes for this host, each from the first of: its variable
 * (SWARM_KUBELET …), PATH (this version only), the cache, a pinned Go build: 3 to 15 minutes on
 * four cores, once; 400 MB in the cache.
 *
 * @throws SwarmError `no_program`, `no_go`, `build_failed`
 */
export const provideKubernetes = async (
  options: ProvideOptions = {},
): Promise<KubernetesPrograms> => {
  const env = options.env ?? process.env;
  const paths: Record<string, string> = {};
  for (const program of [...KUBERNETES, PAUSE]) {
    paths[program.name] = (await provideProgram(program, env[program.pathVariable], options)).path;
  }
  return paths as KubernetesPrograms;
};
