import { readFile } from 'node:fs/promises';
import {
  type ClusterFacts,
  type ClusterOptions,
  type Extra,
  generateCredentials,
  keysFile,
  type LiveKitConfig,
  type ProvisionOptions,
  readState as readLab,
  startCluster,
} from '@livekit-swarm/lab';
import { readAuthorities, trustAuthorities, useNameServer } from '@livekit-swarm/livekit';
import type { ServerLogFile } from '@livekit-swarm/runner';
import { SwarmError } from '@livekit-swarm/settings';
import { CHANGE_KEYS } from '../drill/check-drill.ts';
import { type Drill, pathsOfLoad } from '../drill/drill.ts';
import type { DrillServer } from '../measure/drill-result.ts';
import { type DockerSpec, dockerSpecName } from '../targets/docker/spec.ts';
import { openDockerPlatform } from '../targets/docker.ts';
import { needsTurn } from '../targets/dry-run-lab.ts';
import { type KubernetesSpec, openKubernetesPlatform } from '../targets/kubernetes.ts';
import type { Platform } from '../targets/platform.ts';
import { isSameLab } from '../targets/process/lab-location.ts';
import { type AgentWorkerPlace, agentWorkerPlaces } from '../targets/process/location.ts';
import { openLabPlatform, openProcessPlatform } from '../targets/process.ts';
import { type SshSpec, sshSpecName } from '../targets/ssh/spec.ts';
import { openSshPlatform } from '../targets/ssh.ts';
import { type KeyRotation, startKeyRotation } from './key-rotation.ts';
import { type NameService, startNameService } from './name-service.ts';
import { startSites } from './start-sites.ts';

/** Way of users to the site that is up: a token endpoint, or a name. */
export interface UserRoute {
  /**
   * Token endpoint, and the signal URLs of the other sites, which it may name; null: users find the
   * site by the name of the deployment.
   */
  endpoint: { url: string; servers: readonly string[] } | null;
  /** Signal URL of new users now. */
  url(): string;
  /** Address of the API of the site to which new users are sent now. */
  apiUrl(): string;
  /** Adds a listener for each move. */
  onMove(listener: (to: string) => void): void;
}

/** Deployment under test: its signal URL and keys, its platform, and its observable services. */
export interface DrillDeployment {
  platform: Platform;
  /**
   * Name for `--confirm-target` and a drill's `allowedTargets`, reported by the target itself if it
   * has one.
   */
  name: string;
  /** True for a lab of this tool, which has no real users. */
  isLab: boolean;
  /** Program and configuration of its nodes, if the user chose them. */
  startedServer?: DrillServer['started'];
  /** Signal URL for clients: ws:// or wss://. */
  url: string;
  /** Address of the API, if it is not below `url`. */
  apiUrl?: string | undefined;
  apiKey: string;
  apiSecret: string;
  /** URL of its Redis. Null: not observed, and left out of the report; so are the next two. */
  redisUrl: string | null;
  /** URL of the load balancer's `/metrics`, in HAProxy's format. */
  loadBalancerMetricsUrl: string | null;
  /** URL of its Prometheus, whose alerts become part of the record. */
  prometheusUrl: string | null;
  /** URLs of its nodes' `/metrics`, if known: those of a lab. */
  nodeMetrics?: readonly { name: string; url: string }[];
  /** Logs of its nodes on this host: those of a lab. */
  nodeLogs?: readonly ServerLogFile[];
  /** URLs at which single nodes answer, http://, by component, if known: those of a lab. */
  nodeUrls?: ReadonlyMap<string, string>;
  /** Way of users to the site that is up. Absent: they use `url`. */
  users?: UserRoute;
  /** Name by which its clients find it. Absent: they use an address. */
  names?: NameService;
  /** API keys that are rotated. Absent: none are. */
  rotation?: KeyRotation;
  /** @throws SwarmError when it is no longer the deployment with which the repeat started */
  confirm?(): Promise<void>;
}

/**
 * Deployment of one repeat, which disposes of it afterwards; a lab that was started for it stops.
 */
export type StartedDeployment = DrillDeployment & AsyncDisposable;

/** Endpoints that a platform cannot know: signal URL, keys, and observable services. */
export interface DeploymentEndpoints
  extends Pick<DrillDeployment, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'loadBalancerMetricsUrl' | 'prometheusUrl'>> {}

/** Makes a deployment of the user: drills must confirm it, and do not stop it. */
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
 * Finds LiveKit in containers with a label.
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
 * Finds LiveKit in a Kubernetes namespace. Default name: `NAMESPACE@CONTEXT`.
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
 * Finds LiveKit in systemd units on hosts reached by SSH. Default name: the hosts' own names
 * (`lk-1,lk-2`).
 * @throws SwarmError `ssh_unavailable`, `unreachable`, `systemd_unavailable`, `component_not_found`
 */
export const sshDeployment = async (
  options: SshSpec & DeploymentEndpoints,
): Promise<StartedDeployment> => {
  const platform = await openSshPlatform(options);
  return userDeployment(platform, await hostNamesOf(platform, sshSpecName(options)), options);
};

/**
 * Names of the components' hosts, as the hosts report them: an SSH alias may lead to another host
 * than its name suggests.
 */
const hostNamesOf = async (platform: Platform, otherwise: string): Promise<string> => {
  const components = await platform.components();
  const names = await Promise.all(
    components.map(async (component) => (await platform.run(component, ['uname', '-n'])).stdout),
  );
  const known = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
  return known.sort().join(',') || otherwise;
};

export interface DrillLabOptions extends ProvisionOptions {
  /** Folder for its configurations, logs and data. */
  dir: string;
  /** Settings that a node loses when it gets another release. */
  nodeConfig?: LiveKitConfig;
  /** Files of alert rules, for a drill whose lab has alerts. */
  ruleFiles: readonly string[];
  /** Address of the drill's metrics, for its Prometheus: `127.0.0.1:40123`. Null: not served. */
  metricsAddress?: string | null;
  /** Describes the workers of agents of a drill, at their places in the lab. Absent: it has none. */
  agentWorkers?: (facts: ClusterFacts, workers: LabAgentWorkers) => Promise<readonly Extra[]>;
}

/** Workers of agents that a lab needs. */
export interface LabAgentWorkers {
  places: readonly AgentWorkerPlace[];
  settings: NonNullable<Drill['lab']['agentWorkers']>;
  /** Folder for their logs. */
  dir: string;
}

/** Interval of scrapes and of rule evaluations, s: a drill takes a minute or two. */
const INTERVAL_SECONDS = 1;

/** Starts the lab of a drill: livekit-servers, Redis and a load balancer, on loopback. */
export const startDrillLab = async (
  { lab, load, faults }: Pick<Drill, 'lab' | 'load' | 'faults'>,
  options: DrillLabOptions,
): Promise<StartedDeployment> => {
  const { ruleFiles, metricsAddress = null, agentWorkers, ...rest } = options;
  const { agentWorkers: workers } = lab;
  const placesAt = (port: number): AgentWorkerPlace[] =>
    agentWorkerPlaces(workers?.count ?? 0, port);
  const placesIn = ({ httpUrl }: ClusterFacts): AgentWorkerPlace[] =>
    placesAt(Number(new URL(httpUrl).port));
  const paths = pathsOfLoad(load);
  const common = {
    ...rest,
    nodes: lab.nodes,
    spare: lab.spare,
    with: [
      'redis',
      'haproxy',
      ...(needsTurn(paths) ? (['coturn'] as const) : []),
      ...(lab.alerts ? (['prometheus'] as const) : []),
    ],
    offers: [
      ...(paths.includes('ice-tcp') ? (['ice-tcp'] as const) : []),
      ...(lab.tls ? (['tls'] as const) : []),
    ],
    redis: lab.redis,
    config: lab.config,
    ruleFiles: lab.alerts ? ruleFiles : [],
    jobs:
      metricsAddress === null ? [] : [{ job: 'swarm-run', targets: [{ address: metricsAddress }] }],
    intervalSeconds: INTERVAL_SECONDS,
  } satisfies ClusterOptions;
  if (lab.sites > 1)
    return startSites(
      lab,
      options.dir,
      (site) => startCluster({ ...common, ...site }),
      options.signal,
    );
  await using stack = new AsyncDisposableStack();
  const keys = { first: generateCredentials(), second: generateCredentials() };
  const rotation = faults.some(({ fault }) => fault === CHANGE_KEYS)
    ? stack.use(await startKeyRotation(keys))
    : undefined;
  const cluster = stack.use(
    await startCluster({
      ...common,
      credentials: keys.first,
      nextCredentials: keys.second,
      ...(rotation !== undefined && { webhookUrl: rotation.webhookUrl }),
      ...(workers !== null &&
        agentWorkers !== undefined && {
          balancerAddresses: placesAt(0).map(({ address }) => address),
          extras: (facts) =>
            agentWorkers(facts, { places: placesIn(facts), settings: workers, dir: options.dir }),
        }),
    }),
  );
  if (cluster.authorityFile !== null) trustAuthorities(readAuthorities(cluster.authorityFile));
  const names =
    lab.dnsTtlMs === null
      ? undefined
      : stack.use(
          await startNameService({ first: cluster.url, second: cluster.url }, lab.dnsTtlMs),
        );
  if (names !== undefined) {
    useNameServer(names.server);
    stack.defer(() => useNameServer(null));
  }
  const ending = stack.move();
  const platform = openLabPlatform(cluster, placesIn(cluster), options.signal);
  return {
    platform: names === undefined ? platform : { ...platform, names: names.control },
    name: 'lab',
    isLab: true,
    ...labAddresses(cluster),
    // The API is asked at the load balancer itself.
    ...(names !== undefined && { names, url: names.url, apiUrl: cluster.httpUrl }),
    apiSecret: cluster.apiSecret,
    ...(rotation !== undefined && { rotation }),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};

/**
 * Opens a running lab (`swarm lab up`), which is not stopped afterwards.
 * @throws SwarmError `no_lab`
 */
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

/**
 * Reads the secret of a lab. Only the keys file contains it, which only the owner of the lab can
 * read.
 */
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
  nodeLogs: facts.nodes.map(({ name: node, logFile: file }) => ({ node, file })),
  nodeUrls: new Map(facts.nodes.map(({ name, httpUrl }) => [name, httpUrl])),
});
