import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClusterPorts } from '@livekit-swarm/lab';
import { createAccess, type Entrance, tokenFile as tokens, writeKubeconfig } from './access.ts';
import { makeCertificates } from './certificates.ts';
import type { ControlGroup } from './control-group.ts';
import { pauseImage } from './images/lab-images.ts';
import type { KubernetesPaths } from './paths.ts';
import type { PodNetwork } from './pod-network.ts';
import type { KubernetesPrograms } from './programs.ts';
import type { ServicePlace } from './services/service-place.ts';

export const NODE_NAME = 'lab-node';

export interface SetUp {
  place: ServicePlace;
  /** Address and authority for kubeconfigs that are written later. */
  entrance: Entrance;
}

/**
 * Chooses all ports, and writes certificates, tokens and kubeconfigs; starts no program.
 * @throws SwarmError `no_program`, `no_certificates`, `no_ports`
 */
export const setUp = async (
  paths: KubernetesPaths,
  programs: KubernetesPrograms,
  network: PodNetwork,
  group: ControlGroup,
): Promise<SetUp> => {
  const certificates = await makeCertificates(
    join(paths.etc, 'certificates'),
    network.address,
    NODE_NAME,
  );
  const free = createClusterPorts();
  const ports = {
    apiServer: await free.tcp(),
    etcd: await free.tcp(),
    etcdPeer: await free.tcp(),
    controllerManager: await free.tcp(),
    scheduler: await free.tcp(),
    kubeletHealth: await free.tcp(),
  };
  const entrance = {
    server: `https://127.0.0.1:${ports.apiServer}`,
    authority: certificates.authority.cert,
  };
  const access = createAccess(NODE_NAME);
  const kubeconfigs = {
    controllerManager: join(paths.etc, 'controller-manager.kubeconfig'),
    scheduler: join(paths.etc, 'scheduler.kubeconfig'),
    kubelet: join(paths.etc, 'kubelet.kubeconfig'),
  };
  for (const name of ['controllerManager', 'scheduler', 'kubelet'] as const) {
    await writeKubeconfig(kubeconfigs[name], entrance, access[name].token);
  }
  await writeKubeconfig(paths.kubeconfig, entrance, access.administrator.token);
  const tokenFile = join(paths.etc, 'tokens.csv');
  await writeFile(tokenFile, tokens(Object.values(access)), { mode: 0o600 });
  return {
    entrance,
    place: {
      paths,
      ports,
      programs,
      certificates,
      network,
      kubeconfigs,
      tokenFile,
      nodeName: NODE_NAME,
      cgroupRoot: `/${group.name}`,
      pauseImage: `docker.io/${pauseImage(programs.pause).tag}`,
    },
  };
};
