import {
  nameOfDockerOrder,
  openDockerTarget,
  openKubernetesTarget,
  openProcessTarget,
  parseUnit,
  readDockerOrder,
  type Target,
} from '@livekit-swarm/chaos';
import { UsageError } from '@livekit-swarm/core';
import { checkAddress } from '@livekit-swarm/swarm';

/** A deployment that is no lab, as flags name it. */
export interface SiteFlags {
  url?: string;
  apiKey?: string;
  apiSecret?: string;
  docker?: string;
  dockerRoles?: string;
  kubernetes?: string;
  kubeContext?: string;
  unit?: string[];
  redis?: string;
  balancerMetrics?: string;
  prometheus?: string;
}

/** Where its people go in, and what it runs on. */
export interface Site {
  /** What it is called where it must be named to be broken. */
  name: string;
  url: string;
  apiKey: string;
  apiSecret: string;
  redisUrl: string | null;
  balancerMetricsUrl: string | null;
  prometheusUrl: string | null;
  /** @throws ChaosError when it cannot be reached */
  open(): Promise<Target>;
}

type Runs = Pick<Site, 'name' | 'open'>;

/**
 * What a deployment runs on; null when no flag says so.
 * @throws UsageError
 */
const readRuns = (flags: SiteFlags, env: NodeJS.ProcessEnv): Runs | null => {
  const { docker, kubernetes, kubeContext, unit = [] } = flags;
  const given = [
    ...(docker === undefined ? [] : ['--docker']),
    ...(kubernetes === undefined ? [] : ['--kubernetes']),
    ...(unit.length === 0 ? [] : ['--unit']),
  ];
  if (given.length > 1) throw new UsageError(`${given.join(' and ')}: a deployment runs on one of them`, 'leave the others out');
  if (flags.dockerRoles !== undefined && docker === undefined)
    throw new UsageError('--docker-roles has no effect without --docker');
  if (kubeContext !== undefined && kubernetes === undefined)
    throw new UsageError('--kube-context has no effect without --kubernetes');
  if (docker !== undefined) {
    const order = readDockerOrder(docker, flags.dockerRoles, env);
    return { name: nameOfDockerOrder(order), open: () => openDockerTarget(order) };
  }
  if (kubernetes !== undefined) {
    const order = { namespace: kubernetes, ...(kubeContext === undefined ? {} : { context: kubeContext }) };
    return { name: kubernetes, open: () => openKubernetesTarget(order) };
  }
  if (unit.length === 0) return null;
  const units = unit.map(parseUnit);
  return { name: 'this-machine', open: () => openProcessTarget({ units }) };
};

/**
 * The deployment of the user's that flags name; null when it is to be a lab. A URL alone names none: an address that stands in the environment for other commands must not be what gets broken.
 * @param typed whether a flag stood on the command line
 * @throws UsageError
 */
export const readSite = (flags: SiteFlags, typed: (flag: keyof SiteFlags) => boolean, env: NodeJS.ProcessEnv): Site | null => {
  const runs = readRuns(flags, env);
  const { url, apiKey, apiSecret } = flags;
  if (runs === null) {
    const idle = (['url', 'apiKey', 'apiSecret', 'redis', 'balancerMetrics', 'prometheus'] as const).find(typed);
    if (idle === undefined) return null;
    throw new UsageError(
      `--${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} alone does not say what could be broken`,
      'say what the deployment runs on: --docker, --kubernetes or --unit; or leave it out for a lab',
    );
  }
  if (url === undefined || apiKey === undefined || apiSecret === undefined) {
    throw new UsageError(
      `${runs.name}: it is not known where people go in, and by which key`,
      'give --url (or LIVEKIT_URL), LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
  checkAddress(url);
  return {
    ...runs,
    url,
    apiKey,
    apiSecret,
    redisUrl: readAddress('--redis', flags.redis, ['redis:', 'rediss:'], 'redis://10.0.0.5:6379'),
    balancerMetricsUrl: readAddress('--balancer-metrics', flags.balancerMetrics, HTTP, 'http://10.0.0.6:8404/metrics'),
    prometheusUrl: readAddress('--prometheus', flags.prometheus, HTTP, 'http://10.0.0.7:9090'),
  };
};

const HTTP = ['http:', 'https:'];

/** It may hold a password: it is not repeated. */
const readAddress = (flag: string, text: string | undefined, protocols: readonly string[], example: string): string | null => {
  if (text === undefined) return null;
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
  throw new UsageError(`${flag}: that is no address`, `write it like ${example}`);
};
