import { hostname } from 'node:os';
import {
  dockerDeployment,
  dockerSpecName,
  kubernetesDeployment,
  openProcessPlatform,
  parseUnit,
  readDockerSpec,
  readSshSpec,
  type StartedDeployment,
  sshDeployment,
} from '@livekit-swarm/chaos';
import {
  assertHostAllowed,
  type HostFlags,
  hostOf,
  isCloud,
  LoadGuard,
  REDIS_PROTOCOLS,
  readHostRules,
} from '@livekit-swarm/livekit';
import { checkAddress } from '@livekit-swarm/runner';
import { NOTHING_READABLE } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import type { FolderSettings } from '../folder-settings/read-settings.ts';
import { HTTP, readAddress } from '../requests/server-metrics.ts';

/** Flags that describe a deployment other than a lab. */
export interface PlatformFlags {
  url?: string;
  apiUrl?: string;
  apiKey?: string;
  apiSecret?: string;
  docker?: string;
  dockerComponents?: string;
  kubernetes?: string;
  kubeContext?: string;
  helper?: boolean;
  helperImage?: string;
  helperNamespace?: string;
  ssh?: string;
  sshConfig?: string;
  unit?: string[];
  redis?: string;
  loadBalancerMetrics?: string;
  prometheus?: string;
  allowHost?: string[];
  denyHost?: string[];
  folderSettings?: FolderSettings;
}

/** A deployment of the user's. */
export interface UserDeployment {
  /** Name for messages; the name to confirm is known once the deployment is open. */
  label: string;
  guard: LoadGuard;
  /** @throws SwarmError when it cannot be reached, or does not answer as LiveKit */
  open(): Promise<StartedDeployment>;
}

/** Addresses for participants and for observation. */
type DeploymentEndpoints = Pick<
  StartedDeployment,
  | 'url'
  | 'apiUrl'
  | 'apiKey'
  | 'apiSecret'
  | 'redisUrl'
  | 'loadBalancerMetricsUrl'
  | 'prometheusUrl'
>;

interface PlatformChoice {
  label: string;
  open(doors: DeploymentEndpoints): Promise<StartedDeployment>;
}

/**
 * Reads the platform that a deployment runs on; null without such a flag.
 * @throws SwarmError `usage`
 */
const readPlatform = (flags: PlatformFlags, env: NodeJS.ProcessEnv): PlatformChoice | null => {
  const { docker, kubernetes, ssh } = flags;
  const units = flags.unit ?? [];
  const given = [
    ...(docker === undefined ? [] : ['--docker']),
    ...(kubernetes === undefined ? [] : ['--kubernetes']),
    ...(ssh === undefined ? [] : ['--ssh']),
    ...(units.length === 0 || ssh !== undefined ? [] : ['--unit']),
  ];
  if (given.length > 1)
    throw usageError(
      `${given.join(' and ')}: a deployment runs on one of them`,
      'leave the others out',
    );
  for (const [idle, key, of] of [
    ['docker-components', 'dockerComponents', 'docker'],
    ['kube-context', 'kubeContext', 'kubernetes'],
    ['helper', 'helper', 'kubernetes'],
    ['helper-image', 'helperImage', 'helper'],
    ['helper-namespace', 'helperNamespace', 'helper'],
    ['ssh-config', 'sshConfig', 'ssh'],
  ] as const) {
    if (flags[key] !== undefined && flags[of] === undefined)
      throw usageError(`--${idle} has no effect without --${of}`);
  }
  if (docker !== undefined) {
    const order = readDockerSpec(docker, flags.dockerComponents, env);
    return {
      label: dockerSpecName(order),
      open: (doors) => dockerDeployment({ ...order, ...doors }),
    };
  }
  if (kubernetes !== undefined) {
    const context = flags.kubeContext === undefined ? {} : { context: flags.kubeContext };
    const helper = flags.helper === true ? { helper: readHelper(flags, kubernetes) } : {};
    const label =
      flags.kubeContext === undefined ? kubernetes : `${kubernetes}@${flags.kubeContext}`;
    return {
      label,
      open: (doors) =>
        kubernetesDeployment({ namespace: kubernetes, ...context, ...helper, ...doors }),
    };
  }
  if (ssh !== undefined) {
    const order = readSshSpec(ssh, units.join(','), flags.sshConfig);
    return { label: ssh, open: (doors) => sshDeployment({ ...order, ...doors }) };
  }
  if (units.length === 0) return null;
  const order = { units: units.map(parseUnit) };
  return {
    label: `this host (${hostname()})`,
    open: async (doors) => {
      const platform = await openProcessPlatform(order);
      return {
        ...doors,
        platform,
        // Not a constant word, which would hold on every host that it is pasted on.
        name: hostname(),
        isLab: false,
        [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
      };
    },
  };
};

/** Helpers that the user permits. @throws SwarmError `usage` */
const readHelper = (
  { helperImage, helperNamespace }: Pick<PlatformFlags, 'helperImage' | 'helperNamespace'>,
  namespace: string,
): { image: string; namespace: string } => {
  if (helperImage === undefined)
    throw usageError(
      '--helper needs the image of the helper pods',
      'build it from packaging/image/helper.Dockerfile, push it to your registry, and add --helper-image IMAGE',
    );
  return { image: helperImage, namespace: helperNamespace ?? namespace };
};

/**
 * The user's deployment that flags describe; null for a lab. A URL alone is not enough: faults must
 * not be injected into an address that the environment holds for other commands.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const readUserDeployment = (
  flags: PlatformFlags,
  typed: (flag: keyof PlatformFlags) => boolean,
  env: NodeJS.ProcessEnv,
): UserDeployment | null => {
  const runs = readPlatform(flags, env);
  const { url, apiUrl, apiKey, apiSecret } = flags;
  if (runs === null) {
    const idle = (
      [
        'url',
        'apiUrl',
        'apiKey',
        'apiSecret',
        'redis',
        'loadBalancerMetrics',
        'prometheus',
      ] as const
    ).find(typed);
    if (idle === undefined) return null;
    throw usageError(
      `--${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} alone does not name what faults are injected into`,
      'add what the deployment runs on (--docker, --kubernetes, --ssh or --unit), or leave it out for a lab',
    );
  }
  if (url === undefined || apiKey === undefined || apiSecret === undefined) {
    throw usageError(
      `${runs.label}: the URL and the API key are not known`,
      'give --url (or LIVEKIT_URL), LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
  checkAddress(url);
  if (apiUrl !== undefined) {
    checkAddress(apiUrl);
    assertHostAllowed(apiUrl, readHostRules(hostFlagsOf(flags), env));
  }
  if (isCloud(hostOf(url)))
    throw usageError(
      `${hostOf(url)} is LiveKit Cloud: faults cannot be injected into it`,
      'give the URL of a deployment that you run',
    );
  const guard = LoadGuard.of({
    rules: readHostRules(hostFlagsOf(flags), env),
    kind: 'drill',
    url,
    typed: [],
    joinExistingRooms: false,
    withOtherUsers: false,
    reads: NOTHING_READABLE,
  });
  const doors: DeploymentEndpoints = {
    url,
    apiUrl,
    apiKey,
    apiSecret,
    redisUrl: addressOf('--redis', flags.redis, REDIS_PROTOCOLS, 'redis://10.0.0.5:6379'),
    loadBalancerMetricsUrl: addressOf(
      '--load-balancer-metrics',
      flags.loadBalancerMetrics,
      HTTP,
      'http://10.0.0.6:8404/metrics',
    ),
    prometheusUrl: addressOf('--prometheus', flags.prometheus, HTTP, 'http://10.0.0.7:9090'),
  };
  return { label: runs.label, guard, open: () => runs.open(doors) };
};

/**
 * Host rules of a drill, without --confirm-target: a drill confirms the name of its deployment with
 * it.
 */
const hostFlagsOf = ({
  allowHost = [],
  denyHost = [],
  folderSettings,
}: PlatformFlags): HostFlags => ({
  allowHost,
  denyHost,
  ...(folderSettings !== undefined && { folderSettings }),
});

/** The guard of a drill; a lab is a server that the drill starts. */
export const guardOfDrill = (
  site: UserDeployment | null,
  flags: PlatformFlags,
  env: NodeJS.ProcessEnv,
): LoadGuard =>
  site?.guard ?? LoadGuard.ofOwnServer(readHostRules(hostFlagsOf(flags), env), 'drill');

const addressOf = (
  flag: string,
  text: string | undefined,
  protocols: readonly string[],
  example: string,
): string | null => (text === undefined ? null : readAddress(flag, text, protocols, example));
