import type { Certificates } from '../certificates.ts';
import type { KubernetesPaths } from '../paths.ts';
import type { PodNetwork } from '../pod-network.ts';
import type { KubernetesPrograms } from '../programs.ts';

/** Loopback ports of a cluster's programs. */
export interface KubernetesPorts {
  etcd: number;
  etcdPeer: number;
  apiServer: number;
  controllerManager: number;
  scheduler: number;
  kubeletHealth: number;
}

/** Input of the programs of a cluster. */
export interface ServicePlace {
  paths: KubernetesPaths;
  ports: KubernetesPorts;
  programs: KubernetesPrograms;
  certificates: Certificates;
  network: PodNetwork;
  nodeName: string;
  /** Control group of the cluster, relative to the mount of its hierarchy: `/livekit-swarm-…`. */
  cgroupRoot: string;
  /** Kubeconfigs by program, as file paths. */
  kubeconfigs: Readonly<Record<'controllerManager' | 'scheduler' | 'kubelet', string>>;
  tokenFile: string;
  /** Tag of the image that holds the namespaces of pods. */
  pauseImage: string;
}
