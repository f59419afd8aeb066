import { join } from 'node:path';

/** Paths of a cluster, all below its folder. */
export interface KubernetesPaths {
  folder: string;
  /** Kubeconfig of the administrator, for kubectl and every client. */
  kubeconfig: string;
  /** Logs, which are kept when the cluster is stopped. */
  logs: string;
  podLogs: string;
  /** Certificates, tokens, configurations; removed with the cluster. */
  etc: string;
  /** Data of the programs; removed with the cluster. */
  data: string;
  containerdSocket: string;
}

export const kubernetesPaths = (folder: string): KubernetesPaths => ({
  folder,
  kubeconfig: join(folder, 'kubeconfig'),
  logs: join(folder, 'logs'),
  podLogs: join(folder, 'logs', 'pods'),
  etc: join(folder, 'etc'),
  data: join(folder, 'data'),
  containerdSocket: join(folder, 'data', 'containerd.sock'),
});
