import { readFile } from 'node:fs/promises';
import {
  type Cluster,
  type ClusterFacts,
  keysFile,
  type ProvisionOptions,
  readState as readLab,
  startCluster,
} from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import { isSameLab } from '../targets/process/lab-location.ts';
import { openProcessPlatform } from '../targets/process.ts';
import type { DrillDeployment, StartedDeployment } from './deployment.ts';

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
  { lab }: Pick<Drill, 'lab'>,
  options: DrillLabOptions,
): Promise<StartedDeployment> => {
  const { ruleFiles, metricsAddress = null, ...rest } = options;
  const cluster = await startCluster({
    ...rest,
    nodes: lab.nodes,
    with: ['redis', 'haproxy', ...(lab.alerts ? (['prometheus'] as const) : [])],
    persistentRedis: lab.persistentRedis,
    config: lab.config,
    ruleFiles: lab.alerts ? ruleFiles : [],
    jobs:
      metricsAddress === null ? [] : [{ job: 'swarm-run', targets: [{ address: metricsAddress }] }],
    intervalSeconds: INTERVAL_SECONDS,
  });
  try {
    return await deploymentOfCluster(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
};

const deploymentOfCluster = async (cluster: Cluster): Promise<StartedDeployment> => ({
  platform: await openProcessPlatform({ cluster }),
  name: 'lab',
  isLab: true,
  ...labAddresses(cluster),
  apiSecret: cluster.apiSecret,
  [Symbol.asyncDispose]: () => cluster.stop(),
});

/** A running lab (`swarm lab up`), which is not stopped afterwards. @throws SwarmError `no_lab` */
export const runningLab = async (name: string): Promise<StartedDeployment> => {
  const platform = await openProcessPlatform({ lab: name });
  const state = await readLab(name);
  if (state === null)
    throw new SwarmError('no_lab', `lab "${name}" not found`, 'start one with "swarm lab up"');
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
  facts: Pick<ClusterFacts, 'url' | 'apiKey' | 'redisUrl' | 'balancerStatsUrl' | 'prometheusUrl'>,
): Pick<
  DrillDeployment,
  'url' | 'apiKey' | 'redisUrl' | 'loadBalancerMetricsUrl' | 'prometheusUrl'
> => ({
  url: facts.url,
  apiKey: facts.apiKey,
  redisUrl: facts.redisUrl,
  loadBalancerMetricsUrl:
    facts.balancerStatsUrl === null ? null : new URL('/metrics', facts.balancerStatsUrl).href,
  prometheusUrl: facts.prometheusUrl,
});
