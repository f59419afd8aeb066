import { SwarmError } from '@livekit-swarm/settings';
import { type DockerSpec, dockerSpecName } from '../targets/docker/spec.ts';
import { openDockerPlatform } from '../targets/docker.ts';
import { type KubernetesSpec, openKubernetesPlatform } from '../targets/kubernetes.ts';
import type { Platform } from '../targets/platform.ts';
import { type SshSpec, sshSpecName } from '../targets/ssh/spec.ts';
import { openSshPlatform } from '../targets/ssh.ts';

/** A deployment under test: its signal URL and keys, its platform, and what can be observed. */
export interface DrillDeployment {
  platform: Platform;
  /** For `--confirm-target` and a drill's `allowedTargets`. */
  name: string;
  /** A lab of this tool, which has no real users. */
  isLab: boolean;
  /** For clients: ws:// or wss://. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** Null: not observed, and left out of the report; the same for the next two. */
  redisUrl: string | null;
  /** The load balancer's `/metrics`, in haproxy's format. */
  loadBalancerMetricsUrl: string | null;
  /** Its alerts become part of the record. */
  prometheusUrl: string | null;
  /** @throws SwarmError when it is no longer the deployment that the repeat started with */
  confirm?(): Promise<void>;
}

/** A deployment for one repeat. Disposed of after it: a lab that was started for it stops. */
export type StartedDeployment = DrillDeployment & AsyncDisposable;

/** What a platform cannot know: signal URL, keys, and services that can be observed. */
export interface DeploymentEndpoints
  extends Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'loadBalancerMetricsUrl' | 'prometheusUrl'>> {}

/** A deployment of the user: drills must confirm it, and it is not stopped afterwards. */
export const userDeployment = (
  platform: Platform,
  name: string,
  given: DeploymentEndpoints,
): StartedDeployment => ({
  platform,
  name,
  isLab: false,
  url: given.url,
  apiKey: given.apiKey,
  apiSecret: given.apiSecret,
  redisUrl: given.redisUrl ?? null,
  loadBalancerMetricsUrl: given.loadBalancerMetricsUrl ?? null,
  prometheusUrl: given.prometheusUrl ?? null,
  [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
});

export type DockerDeploymentOptions = DockerSpec & DeploymentEndpoints;

/**
 * LiveKit in containers, selected by a label.
 * @throws SwarmError `docker_unavailable`, `component_not_found`; `usage` for invalid labels
 */
export const dockerDeployment = async (
  options: DockerDeploymentOptions,
): Promise<StartedDeployment> => {
  const platform = await openDockerPlatform(options);
  const components = await platform.components();
  if (!components.some(({ kind }) => kind === 'node')) {
    const found = components.map(({ name }) => name).join(', ');
    throw new SwarmError(
      'component_not_found',
      `no container with ${options.label} is labelled as a LiveKit node${found === '' ? '' : ` (found: ${found})`}`,
      'give the nodes the label swarm.component=node, or use --docker-components node=CONTAINER',
    );
  }
  return userDeployment(platform, dockerSpecName(options), options);
};

export type KubernetesDeploymentOptions = KubernetesSpec & DeploymentEndpoints & { name?: string };

/**
 * LiveKit in a Kubernetes namespace. Default name: `NAMESPACE@CONTEXT`.
 * @throws SwarmError `cluster_unreachable`, `rejected`, `component_not_found`
 */
export const kubernetesDeployment = async (
  options: KubernetesDeploymentOptions,
): Promise<StartedDeployment> => {
  const platform = await openKubernetesPlatform(options);
  const name = options.name ?? `${options.namespace}@${String(platform.reference.context)}`;
  return userDeployment(platform, name, options);
};

export type SshDeploymentOptions = SshSpec & DeploymentEndpoints;

/**
 * LiveKit as systemd units on hosts reached by SSH; named by its hosts (`lk-1,lk-2`).
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`, `component_not_found`
 */
export const sshDeployment = async (options: SshDeploymentOptions): Promise<StartedDeployment> =>
  userDeployment(await openSshPlatform(options), sshSpecName(options), options);
