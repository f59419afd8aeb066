import type { Cluster, ProvisionOptions } from '@livekit-swarm/lab';
import { startCluster } from '@livekit-swarm/lab';
import type { Drill } from '../drill/drill.ts';
import { openProcessTarget } from '../targets/process.ts';
import type { RaisedDeployment } from './execute-drill.ts';
import { labAddresses } from './lab-addresses.ts';

export interface EmbeddedLabOptions extends ProvisionOptions {
  /** For its configurations, logs and data. */
  dir: string;
  /** Of Prometheus, where the drill wants alerts. */
  ruleFiles: readonly string[];
  /** Where the drill's own metrics are served, for that Prometheus: `127.0.0.1:40123`. Null: nowhere. */
  metricsAddress?: string | null;
}

/** Between scrapes, and between evaluations of rules: a drill is over in a minute or two. */
const INTERVAL_SECONDS = 1;

/**
 * Raises the lab that a drill describes: livekit-servers, Redis and a load balancer, on loopback.
 * @throws SwarmError
 */
export const startDrillLab = async (
  { lab }: Pick<Drill, 'lab'>,
  options: EmbeddedLabOptions,
): Promise<RaisedDeployment> => {
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

const deploymentOfCluster = async (cluster: Cluster): Promise<RaisedDeployment> => ({
  target: await openProcessTarget({ cluster }),
  name: 'lab',
  own: true,
  ...labAddresses(cluster),
  apiSecret: cluster.apiSecret,
  [Symbol.asyncDispose]: () => cluster.stop(),
});
