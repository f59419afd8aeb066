import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiCredentials, generateCredentials, type LiveKitVersion } from '@livekit-swarm/lab';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { loadServerImage } from '@livekit-swarm/testkit/kubernetes/images/load-server-image';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';
import { startRedis } from '@livekit-swarm/testkit/redis-server';

const RBAC = fileURLToPath(
  new URL('../../../examples/kubernetes/chaos-rbac.yaml', import.meta.url),
);
const NAMESPACE = 'livekit';
const HTTP_PORT = 7_880;

/** livekit-servers in the network of pods, with a Service and an Ingress. */
export interface PodDeployment extends ApiCredentials, AsyncDisposable {
  cluster: KubernetesCluster;
  /** Kubeconfig of the account in examples/kubernetes/chaos-rbac.yaml. */
  kubeconfig: string;
  redisUrl: string;
  kubectl(...args: string[]): Promise<string>;
  /** Addresses of the pods that the Service offers, as an Ingress controller reads them. */
  endpoints(): Promise<string[]>;
}

/** Pods of a test. Default: two of a Deployment. */
export interface PodSettings {
  kind?: 'Deployment' | 'StatefulSet';
  replicas?: number;
  /** Further configuration of livekit-server. */
  config?: Record<string, unknown>;
}

/** @param versions images of livekit-server in the cluster; the first one is deployed */
export const deployPods = async (
  dir: string,
  versions: readonly [LiveKitVersion, ...LiveKitVersion[]],
  settings: PodSettings = {},
): Promise<PodDeployment> => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startKubernetes({ folder: join(dir, 'k8s') }));
  for (const version of versions)
    await loadServerImage(cluster, version, await mkdtemp(join(dir, 'image-')));
  // A cluster of the lab has neither Services nor names: pods reach Redis on the node.
  const password = randomBytes(16).toString('hex');
  const redis = stack.use(
    await startRedis('--bind', '127.0.0.1', cluster.nodeAddress, '--requirepass', password),
  );
  const credentials = generateCredentials();
  const kubectl = (...args: string[]): Promise<string> =>
    cluster.kubectl([...args, '-n', NAMESPACE], { timeoutMs: 180_000 });
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
  const address = `${cluster.nodeAddress}:${new URL(redis.url).port}`;
  const { kind = 'Deployment' } = settings;
  const items = objects({
    ...{ ...credentials, ...settings, kind },
    ...{ image: imageOf(versions[0]), redis: address, password },
  });
  await cluster.kubectl(['create', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  await cluster.kubectl(['apply', '-f', RBAC]);
  try {
    await kubectl('rollout', 'status', `${kind}/livekit`, '--timeout=170s');
  } catch (error) {
    const pods = await kubectl('describe', 'pods');
    const logs = await kubectl('logs', `${kind}/livekit`, '--tail=20').catch(String);
    throw new Error(`the pods are not ready: ${pods}\n${logs}`, { cause: error });
  }
  const kubeconfig = await cluster.kubeconfigOf(NAMESPACE, 'livekit-swarm-chaos');
  const running = stack.move();
  return {
    ...credentials,
    cluster,
    kubeconfig,
    redisUrl: redis.url,
    kubectl,
    endpoints: async () => {
      const slices = ['get', 'endpointslices', '-l', 'kubernetes.io/service-name=livekit'];
      const { items } = JSON.parse(await kubectl(...slices, '-o', 'json')) as {
        items: { endpoints?: { addresses: string[]; conditions: { ready?: boolean } }[] | null }[];
      };
      return items
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions.ready === true)
        .flatMap(({ addresses }) => addresses.map((one) => `${one}:${HTTP_PORT}`))
        .sort();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const imageOf = (version: string): string => `livekit-swarm/livekit-server:${version}`;

const LABELS = { 'app.kubernetes.io/name': 'livekit' };

const objects = ({
  apiKey,
  apiSecret,
  image,
  redis,
  password,
  kind,
  replicas = 2,
  config: further = {},
}: ApiCredentials &
  PodSettings & {
    image: string;
    redis: string;
    password: string;
    kind: string;
  }): object[] => {
  const named = (apiVersion: string, of: string, rest: object): object => ({
    ...{
      apiVersion,
      kind: of,
      metadata: { name: 'livekit', namespace: NAMESPACE, labels: LABELS },
    },
    ...rest,
  });
  const config = {
    port: HTTP_PORT,
    prometheus_port: 6_789,
    rtc: { tcp_port: 7_881, udp_port: 7_882, use_external_ip: false },
    redis: { address: redis, password },
    keys: { [apiKey]: apiSecret },
    signal_relay: { retry_timeout: '2s' },
    logging: { level: 'info', json: true },
    ...further,
  };
  const container = {
    ...{ name: 'livekit', image, imagePullPolicy: 'Never' },
    env: [
      { name: 'LIVEKIT_CONFIG', valueFrom: { secretKeyRef: { name: 'livekit', key: 'config' } } },
      { name: 'NODE_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    ports: [
      { name: 'http', containerPort: HTTP_PORT },
      { name: 'metrics', containerPort: 6_789 },
    ],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1, timeoutSeconds: 5 },
    // Load balancers learn that the pod ends before it refuses joins.
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
  };
  return [
    named('v1', 'Secret', { stringData: { config: JSON.stringify(config) } }),
    named('apps/v1', kind, {
      spec: {
        replicas,
        ...(kind === 'StatefulSet'
          ? { serviceName: 'livekit', podManagementPolicy: 'Parallel' }
          : {
              strategy: {
                type: 'RollingUpdate',
                rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
              },
            }),
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            // Links of the Service "livekit" would set LIVEKIT_PORT, which livekit-server reads.
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 60,
            containers: [container],
          },
        },
      },
    }),
    named('v1', 'Service', {
      spec: { selector: LABELS, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    }),
    named('policy/v1', 'PodDisruptionBudget', {
      spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    }),
    named('networking.k8s.io/v1', 'Ingress', {
      spec: {
        rules: [
          {
            http: {
              paths: [
                {
                  ...{ path: '/', pathType: 'Prefix' },
                  backend: { service: { name: 'livekit', port: { name: 'http' } } },
                },
              ],
            },
          },
        ],
      },
    }),
  ];
};
