import { SwarmError } from '@livekit-swarm/settings';
import { type DockerSpec, dockerSpecName } from '../targets/docker/spec.ts';
import { openDockerPlatform } from '../targets/docker.ts';
import { type KubernetesSpec, openKubernetesPlatform } from '../targets/kubernetes.ts';
import { type SshSpec, sshSpecName } from '../targets/ssh/spec.ts';
import { openSshPlatform } from '../targets/ssh.ts';
import type { Platform } from '../targets/target.ts';

/** A deployment that drills are done to: how people get in, how its parts are reached, and where one can look at it. */
export interface DrillDeployment {
  platform: Platform;
  /** What it is called: what `--confirm-target` and a drill's `allow` name. */
  name: string;
  /** A lab of ours, which nobody else uses. */
  isLab: boolean;
  /** For clients: ws:// or wss://. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** What cannot be seen is left out of the report. */
  redisUrl: string | null;
  /** The load balancer's `/metrics`, as haproxy writes them. */
  loadBalancerMetricsUrl: string | null;
  /** Prometheus: its alerts become part of the record. */
  prometheusUrl: string | null;
  /** Asked now and then: whether it is still the one that the repeat began with. @throws SwarmError when not: then nothing can be said of the server */
  confirm?(): Promise<void>;
}

/** A deployment for one repeat. Disposed of after it: a lab that was started for it stops. */
export type StartedDeployment = DrillDeployment & AsyncDisposable;

/** What nobody can read off a deployment that is somebody's: how people get in, and where one can look at it. */
export interface DeploymentEndpoints
  extends Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'loadBalancerMetricsUrl' | 'prometheusUrl'>> {}

/** A deployment that is somebody's: drills must name it, and it goes on when they are over. */
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
 * LiveKit in containers, known by the value of their label (and the engine, where that is another machine).
 * @throws SwarmError `docker_unavailable`, `component_not_found`; UsageError for labels that make no sense
 */
export const dockerDeployment = async (
  options: DockerDeploymentOptions,
): Promise<StartedDeployment> => {
  const target = await openDockerPlatform(options);
  const members = await target.components();
  if (!members.some(({ kind }) => kind === 'node')) {
    const there = members.map(({ name }) => name).join(', ');
    throw new SwarmError(
      'component_not_found',
      `no container with ${options.label} is labelled as a LiveKit node${there === '' ? '' : ` (found: ${there})`}`,
      'give the nodes the label swarm.component=node, or say it here: docs/chaos.md',
    );
  }
  return userDeployment(target, dockerSpecName(options), options);
};

export type KubernetesDeploymentOptions = KubernetesSpec & DeploymentEndpoints & { name?: string };

/**
 * LiveKit in a namespace of a Kubernetes. Default name: `NAMESPACE@CONTEXT`.
 * @throws SwarmError `cluster_unreachable`, `refused`, `component_not_found`
 */
export const kubernetesDeployment = async (
  options: KubernetesDeploymentOptions,
): Promise<StartedDeployment> => {
  const target = await openKubernetesPlatform(options);
  return userDeployment(
    target,
    options.name ?? `${options.namespace}@${String(target.reference.context)}`,
    options,
  );
};

export type SshDeploymentOptions = SshSpec & DeploymentEndpoints;

/**
 * LiveKit as units of systemd on machines that are reached over ssh, known by its hosts (`lk-1,lk-2`).
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`, `component_not_found`
 */
export const sshDeployment = async (options: SshDeploymentOptions): Promise<StartedDeployment> =>
  userDeployment(await openSshPlatform(options), sshSpecName(options), options);
