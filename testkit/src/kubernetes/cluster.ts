import type { ProcessEnd } from '@livekit-swarm/host';
import type { ProvideOptions, Service } from '@livekit-swarm/lab';

export interface KubernetesOptions extends ProvideOptions {
  /** Folder of the cluster, created if needed. Its logs and its kubeconfig stay there. */
  folder: string;
  /** Called for every program that ended without request. */
  onEnd?: (service: string, end: ProcessEnd) => void;
}

export interface KubectlOptions {
  /** Standard input of the command. */
  input?: string;
  /** Time limit, ms. Default: 60 s. */
  timeoutMs?: number;
}

/** Complete Kubernetes with one node, this host. It ends with this process at the latest. */
export interface KubernetesCluster extends AsyncDisposable {
  readonly folder: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** Address of the node for pods and for this host: `10.213.7.1`. */
  readonly nodeAddress: string;
  /** Programs in the order of their start. */
  readonly services: readonly Service[];
  /**
   * Runs kubectl and resolves to its standard output.
   * @throws SwarmError `kubectl_failed` with its error output
   */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /**
   * Loads the images of an archive (`docker save`) into the node; pods use them with
   * `imagePullPolicy: Never`.
   * @throws SwarmError `no_image`
   */
  loadImage(archive: string): Promise<void>;
  /**
   * Writes the kubeconfig of a service account, whose token is valid for an hour.
   * @returns its file
   * @throws SwarmError `kubectl_failed`
   */
  kubeconfigOf(namespace: string, serviceAccount: string): Promise<string>;
  /**
   * Ends the cluster within seconds, and leaves only logs. May be called again.
   * @throws SwarmError `not_clean`, `mounts_left`
   */
  stop(): Promise<void>;
}
