import { plainEnvironment, requireProgram } from '@livekit-swarm/lab';
import { type ErrorCode, SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import type { KubectlOptions, KubernetesCluster } from './cluster.ts';
import type { KubernetesPaths } from './paths.ts';
import type { KubernetesPrograms } from './programs.ts';
import { SNAPSHOTTER } from './services/containerd.ts';

/** Commands of an administrator on a cluster from outside. */
export const createCommands = (
  paths: KubernetesPaths,
  programs: KubernetesPrograms,
): Pick<KubernetesCluster, 'kubectl' | 'loadImage'> => {
  const run = async (
    program: string,
    args: readonly string[],
    options: KubectlOptions,
    code: ErrorCode,
  ): Promise<string> => {
    const { input = '', timeoutMs = 60_000 } = options;
    const { failed, stdout, stderr, shortMessage } = await execa(program, args, {
      // The user's kubectl configuration for other clusters does not apply.
      env: { ...plainEnvironment(), KUBECONFIG: paths.kubeconfig, HOME: paths.etc },
      extendEnv: false,
      reject: false,
      timeout: timeoutMs,
      input,
    });
    if (!failed) return String(stdout);
    throw new SwarmError(
      code,
      String(stderr).trim().slice(-2_000) || String(shortMessage),
      `logs are in ${paths.logs}`,
    );
  };
  return {
    kubectl: (args, options = {}) => run(programs.kubectl, args, options, 'kubectl_failed'),
    loadImage: async (archive) => {
      const ctr = await requireProgram(['ctr'], 'docker.io');
      const place = ['--address', paths.containerdSocket, '--namespace', 'k8s.io'];
      await run(
        ctr,
        [...place, 'images', 'import', '--snapshotter', SNAPSHOTTER, archive],
        { timeoutMs: 120_000 },
        'no_image',
      );
    },
  };
};
