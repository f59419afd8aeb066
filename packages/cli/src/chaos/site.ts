import {
  dockerDeployment,
  kubernetesDeployment,
  nameOfDockerOrder,
  openProcessTarget,
  parseUnit,
  type RaisedDeployment,
  readDockerOrder,
  readSshOrder,
  sshDeployment,
} from '@livekit-swarm/chaos';
import { checkAddress } from '@livekit-swarm/runner';
import { usageError } from '@livekit-swarm/settings';

/** A deployment that is no lab, as flags name it. */
export interface SiteFlags {
  url?: string;
  apiKey?: string;
  apiSecret?: string;
  docker?: string;
  dockerRoles?: string;
  kubernetes?: string;
  kubeContext?: string;
  ssh?: string;
  sshConfig?: string;
  unit?: string[];
  redis?: string;
  balancerMetrics?: string;
  prometheus?: string;
}

/** A deployment of the user's. */
export interface Site {
  /** For sentences; what it must be named is known when it is open. */
  label: string;
  /** @throws SwarmError when it cannot be reached, or nothing there says that it is LiveKit */
  open(): Promise<RaisedDeployment>;
}

/** Where its people go in, and where one can look at it. */
type Doors = Pick<
  RaisedDeployment,
  'url' | 'apiKey' | 'apiSecret' | 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'
>;

interface Runs {
  label: string;
  open(doors: Doors): Promise<RaisedDeployment>;
}

/** Units of systemd here: what must be said to break them. */
const THIS_MACHINE = 'this-machine';

/**
 * What a deployment runs on; null when no flag says so.
 * @throws SwarmError `usage`
 */
const readRuns = (flags: SiteFlags, env: NodeJS.ProcessEnv): Runs | null => {
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
  for (const [idle, of] of [
    ['docker-roles', 'docker'],
    ['kube-context', 'kubernetes'],
    ['ssh-config', 'ssh'],
  ] as const) {
    const key = idle.replace(/-./, (end) => end.charAt(1).toUpperCase()) as
      | 'dockerRoles'
      | 'kubeContext'
      | 'sshConfig';
    if (flags[key] !== undefined && flags[of] === undefined)
      throw usageError(`--${idle} has no effect without --${of}`);
  }
  if (docker !== undefined) {
    const order = readDockerOrder(docker, flags.dockerRoles, env);
    return {
      label: nameOfDockerOrder(order),
      open: (doors) => dockerDeployment({ ...order, ...doors }),
    };
  }
  if (kubernetes !== undefined) {
    const context = flags.kubeContext === undefined ? {} : { context: flags.kubeContext };
    const label =
      flags.kubeContext === undefined ? kubernetes : `${kubernetes}@${flags.kubeContext}`;
    return {
      label,
      open: (doors) => kubernetesDeployment({ namespace: kubernetes, ...context, ...doors }),
    };
  }
  if (ssh !== undefined) {
    const order = readSshOrder(ssh, units.join(','), flags.sshConfig);
    return { label: ssh, open: (doors) => sshDeployment({ ...order, ...doors }) };
  }
  if (units.length === 0) return null;
  const order = { units: units.map(parseUnit) };
  return {
    label: THIS_MACHINE,
    open: async (doors) => {
      const target = await openProcessTarget(order);
      return {
        ...doors,
        target,
        name: THIS_MACHINE,
        own: false,
        [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
      };
    },
  };
};

/**
 * The deployment of the user's that flags name; null when it is to be a lab. A URL alone names none: an address that stands in the environment for other commands must not be what gets broken.
 * @param typed whether a flag stood on the command line
 * @throws SwarmError `usage`
 */
export const readSite = (
  flags: SiteFlags,
  typed: (flag: keyof SiteFlags) => boolean,
  env: NodeJS.ProcessEnv,
): Site | null => {
  const runs = readRuns(flags, env);
  const { url, apiKey, apiSecret } = flags;
  if (runs === null) {
    const idle = (
      ['url', 'apiKey', 'apiSecret', 'redis', 'balancerMetrics', 'prometheus'] as const
    ).find(typed);
    if (idle === undefined) return null;
    throw usageError(
      `--${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} alone does not say what could be broken`,
      'say what the deployment runs on: --docker, --kubernetes, --ssh or --unit; or leave it out for a lab',
    );
  }
  if (url === undefined || apiKey === undefined || apiSecret === undefined) {
    throw usageError(
      `${runs.label}: it is not known where people go in, and by which key`,
      'give --url (or LIVEKIT_URL), LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
  checkAddress(url);
  const doors: Doors = {
    url,
    apiKey,
    apiSecret,
    redisUrl: readAddress('--redis', flags.redis, ['redis:', 'rediss:'], 'redis://10.0.0.5:6379'),
    balancerMetricsUrl: readAddress(
      '--balancer-metrics',
      flags.balancerMetrics,
      HTTP,
      'http://10.0.0.6:8404/metrics',
    ),
    prometheusUrl: readAddress('--prometheus', flags.prometheus, HTTP, 'http://10.0.0.7:9090'),
  };
  return { label: runs.label, open: () => runs.open(doors) };
};

const HTTP = ['http:', 'https:'];

/** It may hold a password: it is not repeated. */
const readAddress = (
  flag: string,
  text: string | undefined,
  protocols: readonly string[],
  example: string,
): string | null => {
  if (text === undefined) return null;
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
  throw usageError(`${flag}: that is no address`, `write it like ${example}`);
};
