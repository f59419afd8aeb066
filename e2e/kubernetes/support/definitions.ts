/** Definitions of objects (CRDs) from the modules that `definitions/go.mod` pins. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';

const cwd = fileURLToPath(new URL('../definitions/', import.meta.url));

/** @param files files of definitions by their modules */
export const installDefinitions = async (
  cluster: Pick<KubernetesCluster, 'kubectl'>,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<void> => {
  for (const [module, paths] of Object.entries(files)) {
    const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
      cwd,
    });
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    for (const path of paths) await cluster.kubectl(['create', '-f', join(Dir, path)]);
  }
  const established = ['--for=condition=Established', '--timeout=30s'];
  await cluster.kubectl(['wait', 'crd', '--all', ...established]);
};
