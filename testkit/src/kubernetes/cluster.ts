import type { ProcessEnd } from '@livekit-swarm/host';
import type { ProvideOptions, Service } from '@livekit-swarm/lab';

export interface KubernetesOptions extends ProvideOptions {
  /** Where everything goes; created if need be. Its logs and its kubeconfig are left there. */
  folder: string;
  /** Called for every program that ended without request. */
  onEnd?: (service: string, end: ProcessEnd) => void;
}

export interface KubectlOptions {
  /** Given to it on standard input. */
  input?: string;
  /** Default 60 s. */
  timeoutMs?: number;
}

/** A whole Kubernetes with one node, this host. It ends with this process at the latest. */
export interface KubernetesCluster extends AsyncDisposable {
  readonly folder: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** The node's, which pods see and which this host reaches: `10.213.7.1`. */
  readonly nodeAddress: string;
  /** In the order they were started. */
  readonly services: readonly Service[];
  /** What it writes to standard output. @throws SwarmError `kubectl_failed` with what it complained of */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Gives the node the images of an archive, as `docker save` writes it: pods use them with `imagePullPolicy: Never`. @throws SwarmError `no_image` */
  loadImage(archive: string): Promise<void>;
  /** Writes the kubeconfig of a service account, whose token is good for an hour. @returns its file @throws SwarmError `kubectl_failed` */
  kubeconfigOf(namespace: string, serviceAccount: string): Promise<string>;
  /** Ends everything within seconds and leaves nothing but logs. May be called again. @throws SwarmError `not_clean`, `mounts_left` */
  stop(): Promise<void>;
}
