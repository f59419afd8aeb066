import { readFile } from 'node:fs/promises';
import {
  type ClusterFacts,
  keysFile,
  type ProvisionOptions,
  readState as readLab,
  startCluster,
} from '@livekit-swarm/lab';
import { readAuthorities, trustAuthorities } from '@livekit-swarm/livekit';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import { type DockerSpec, dockerSpecName } from '../targets/docker/spec.ts';
import { openDockerPlatform } from '../targets/docker.ts';
import { needsTurn } from '../targets/dry-run-lab.ts';
import { type KubernetesSpec, openKubernetesPlatform } from '../targets/kubernetes.ts';
import type { Platform } from '../targets/platform.ts';
import { isSameLab } from '../targets/process/lab-location.ts';
import { openLabPlatform, openProcessPlatform } from '../targets/process.ts';
import { type SshSpec, sshSpecName } from '../targets/ssh/spec.ts';
import { openSshPlatform } from '../targets/ssh.ts';

/** A deployment under test: its signal URL and keys, its platform, and what can be observed. */
export interface DrillDeployment {
  platform: Platform;
  /** For `--confirm-target` and a drill's `allowedTargets`: as the target calls itself, where it has a name. */
  name: string;
  /** A lab of this tool, which has no real users. */
  isLab: boolean;
  /** For clients: ws:// or wss://. */
  url: string;
  /** Address of the API, where it is not below `url`. */
  apiUrl?: string | undefined;
  apiKey: string;
  apiSecret: string;
  /** Null: not observed, and left out of the report; the same for the next two. */
  redisUrl: string | null;
  /** The load balancer's `/metrics`, in haproxy's format. */
  loadBalancerMetricsUrl: string | null;
  /** Its alerts become part of the record. */
  prometheusUrl: string | null;
  /** `/metrics` of its nodes, where they are known: those of a lab. */
  nodeMetrics?: readonly { name: string; url: string }[];
  /** @throws SwarmError when it is no longer the deployment that the repeat started with */
  confirm?(): Promise<void>;
}

/** A deployment for one repeat. Disposed of after it: a lab that was started for it stops. */
export type StartedDeployment = DrillDeployment & AsyncDisposable;

/** What a platform cannot know: signal URL, keys, and services that can be observed. */
export interface DeploymentEndpoints
  extends Pick<DrillDeployment, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret'>,
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
  apiUrl: given.apiUrl,
  apiKey: given.apiKey,
  apiSecret: given.apiSecret,
  redisUrl: given.redisUrl ?? null,
  loadBalancerMetricsUrl: given.loadBalancerMetricsUrl ?? null,
  prometheusUrl: given.prometheusUrl ?? null,
  [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
});

/**
 * LiveKit in containers, selected by a label.
 * @throws SwarmError `docker_unavailable`, `component_not_found`; `usage` for invalid labels
 */
export const dockerDeployment = async (
  options: DockerSpec & DeploymentEndpoints,
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

/**
 * LiveKit in a Kubernetes namespace. Default name: `NAMESPACE@CONTEXT`.
 * @throws SwarmError `cluster_unreachable`, `rejected`, `component_not_found`
 */
export const kubernetesDeployment = async (
  options: KubernetesSpec & DeploymentEndpoints & { name?: string },
): Promise<StartedDeployment> => {
  const platform = await openKubernetesPlatform(options);
  const name = options.name ?? `${options.namespace}@${String(platform.reference.context)}`;
  return userDeployment(platform, name, options);
};

/**
 * LiveKit as systemd units on hosts reached by SSH; named by what the hosts call themselves (`lk-1,lk-2`).
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`, `component_not_found`
 */
export const sshDeployment = async (
  options: SshSpec & DeploymentEndpoints,
): Promise<StartedDeployment> => {
  const platform = await openSshPlatform(options);
  return userDeployment(platform, await hostNamesOf(platform, sshSpecName(options)), options);
};

/** What the hosts of the components call themselves: an alias of ssh may lead to another host than its name suggests. */
const hostNamesOf = async (platform: Platform, otherwise: string): Promise<string> => {
  const components = await platform.components();
  const names = await Promise.all(
    components.map(async (component) => (await platform.run(component, ['uname', '-n'])).stdout),
  );
  const known = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
  return known.sort().join(',') || otherwise;
};

export interface DrillLabOptions extends ProvisionOptions {
  /** For its configurations, logs and data. */
  dir: string;
  /** Alert rules, for a drill whose lab has alerts. */
  ruleFiles: readonly string[];
  /** Where the drill's metrics are served, for its Prometheus: `127.0.0.1:40123`. Null: nowhere. */
  metricsAddress?: string | null;
}

/** Between scrapes and between rule evaluations: a drill takes a minute or two. */
const INTERVAL_SECONDS = 1;

/** Starts the lab of a drill: livekit-servers, Redis and a load balancer, on loopback. */
export const startDrillLab = async (
  { lab, load }: Pick<Drill, 'lab' | 'load'>,
  options: DrillLabOptions,
): Promise<StartedDeployment> => {
  const { ruleFiles, metricsAddress = null, ...rest } = options;
  const cluster = await startCluster({
    ...rest,
    nodes: lab.nodes,
    with: [
      'redis',
      'haproxy',
      ...(needsTurn(load.path) ? (['coturn'] as const) : []),
      ...(lab.alerts ? (['prometheus'] as const) : []),
    ],
    offers: load.path === 'ice-tcp' ? ['ice-tcp'] : [],
    persistentRedis: lab.persistentRedis,
    config: lab.config,
    ruleFiles: lab.alerts ? ruleFiles : [],
    jobs:
      metricsAddress === null ? [] : [{ job: 'swarm-run', targets: [{ address: metricsAddress }] }],
    intervalSeconds: INTERVAL_SECONDS,
  });
  if (cluster.authorityFile !== null) trustAuthorities(readAuthorities(cluster.authorityFile));
  return {
    platform: openLabPlatform(cluster),
    name: 'lab',
    isLab: true,
    ...labAddresses(cluster),
    apiSecret: cluster.apiSecret,
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
};

/** A running lab (`swarm lab up`), which is not stopped afterwards. @throws SwarmError `no_lab` */
export const runningLab = async (name: string): Promise<StartedDeployment> => {
  const platform = await openProcessPlatform({ lab: name });
  const state = await readLab(name);
  if (state === null)
    throw new SwarmError('no_lab', `lab "${name}" not found`, 'start one with "swarm lab up"');
  const { authorityFile } = state.facts;
  if (authorityFile !== null) trustAuthorities(readAuthorities(authorityFile));
  return {
    platform,
    name,
    isLab: true,
    ...labAddresses(state.facts),
    apiSecret: await secretOf(name),
    confirm: async () => {
      if (await isSameLab(name, state.startedAt)) return;
      throw new SwarmError(
        'no_lab',
        `the lab "${name}" was stopped during the drill: there is no verdict on the server`,
        'keep it running until the drill is over, or let the drill start its own lab',
      );
    },
    [Symbol.asyncDispose]: async () => {},
  };
};

/** Stored in the keys file alone, which only the owner of the lab can read. */
const secretOf = async (lab: string): Promise<string> => {
  const [, secret] =
    /^export LIVEKIT_API_SECRET=(.+)$/m.exec(await readFile(keysFile(lab), 'utf8')) ?? [];
  if (secret === undefined)
    throw new SwarmError('no_lab', `the keys of lab "${lab}" cannot be read from ${keysFile(lab)}`);
  return secret;
};

/** Addresses of a lab, without its secret. */
const labAddresses = (
  facts: Pick<
    ClusterFacts,
    'url' | 'apiKey' | 'nodes' | 'redisUrl' | 'balancerStatsUrl' | 'prometheusUrl'
  >,
) => ({
  url: facts.url,
  apiKey: facts.apiKey,
  redisUrl: facts.redisUrl,
  loadBalancerMetricsUrl:
    facts.balancerStatsUrl === null ? null : new URL('/metrics', facts.balancerStatsUrl).href,
  prometheusUrl: facts.prometheusUrl,
  nodeMetrics: facts.nodes.map(({ name, metricsUrl }) => ({ name, url: metricsUrl })),
});
