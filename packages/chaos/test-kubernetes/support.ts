import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClusterPorts, createService, haproxy, type Service } from '@livekit-swarm/lab';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import {
  deployLiveKit,
  type LiveKitDeployment,
} from '@livekit-swarm/testkit/kubernetes/deploy-livekit';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';

const examples = fileURLToPath(new URL('../../../examples/kubernetes/', import.meta.url));
/** First ports of the nodes, as in examples/kubernetes/lab. */
const FIRST_PORT = 17_880;
const FIRST_METRICS_PORT = 17_910;
const REDIS_PORT = 17_920;
const SERVERS = [0, 1, 2];

/**
 * LiveKit on a Kubernetes of this host, behind a load balancer, with the account that drills use.
 */
export interface Rehearsal extends AsyncDisposable {
  cluster: KubernetesCluster;
  livekit: LiveKitDeployment;
  /** Kubeconfig of the account in examples/kubernetes/chaos-rbac.yaml. */
  kubeconfig: string;
  url: string;
  balancerMetricsUrl: string;
  redisUrl: string;
}

export const rehearse = async (dir: string): Promise<Rehearsal> => {
  const cluster = await startKubernetes({ folder: join(dir, 'k8s') });
  let balancer: Service | null = null;
  const stop = async (): Promise<void> => {
    await balancer?.stop();
    await cluster.stop();
  };
  try {
    const livekit = await deployLiveKit(cluster, { overlay: join(examples, 'lab') });
    await cluster.kubectl(['apply', '-f', join(examples, 'chaos-rbac.yaml')]);
    const ports = createClusterPorts();
    const [port, statsPort] = [await ports.tcp(), await ports.tcp()];
    const backends = SERVERS.map((number) => ({
      name: `livekit-${number}`,
      port: FIRST_PORT + number,
    }));
    balancer = createService(await haproxy({ dir, port, statsPort, backends }));
    await balancer.start();
    return {
      cluster,
      livekit,
      kubeconfig: await cluster.kubeconfigOf(livekit.namespace, 'livekit-swarm-chaos'),
      url: `ws://127.0.0.1:${port}`,
      balancerMetricsUrl: `http://127.0.0.1:${statsPort}/metrics`,
      redisUrl: `redis://:${livekit.redisPassword}@127.0.0.1:${REDIS_PORT}`,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** IDs of the nodes, as each server reports its own. */
export const nodeIds = async (): Promise<(string | undefined)[]> =>
  Promise.all(
    SERVERS.map(async (number) => {
      const answer = await fetch(`http://127.0.0.1:${FIRST_METRICS_PORT + number}/metrics`);
      return /node_id="([^"]+)"/.exec(await answer.text())?.[1];
    }),
  );

export const libraryFile = (name: string): string =>
  fileURLToPath(new URL(`../../../chaos/${name}.yaml`, import.meta.url));

export const drainDrill = join(examples, 'drills', 'drain.yaml');
