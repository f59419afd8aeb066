import { join } from 'node:path';

/** Where everything of a cluster is, under its one folder. */
export interface KubernetesPaths {
  folder: string;
  /** For kubectl and every client: the administrator's. */
  kubeconfig: string;
  /** KeepaliveOptions when the cluster is stopped. */
  logs: string;
  podLogs: string;
  /** Certificates, tokens, configurations; removed with the cluster. */
  etc: string;
  /** What the programs keep; removed with the cluster. */
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
