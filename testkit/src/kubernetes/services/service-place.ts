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

/** What the programs of a cluster are made from. */
export interface ServicePlace {
  paths: KubernetesPaths;
  ports: KubernetesPorts;
  programs: KubernetesPrograms;
  certificates: Certificates;
  network: PodNetwork;
  nodeName: string;
  /** The control group of the cluster, as seen from where they are mounted: `/livekit-swarm-…`. */
  cgroupRoot: string;
  /** Each reads its own: the file of a kubeconfig. */
  kubeconfigs: Readonly<Record<'controllerManager' | 'scheduler' | 'kubelet', string>>;
  tokenFile: string;
  /** Of the image that holds the namespaces of pods. */
  pauseImage: string;
}
