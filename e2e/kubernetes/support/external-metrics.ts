/** Metrics of the pods of a deployment for HorizontalPodAutoscalers, by Prometheus. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';
import { createAuthority, plainEnvironment, provideProgram } from '@livekit-swarm/lab';
import { messageOf } from '@livekit-swarm/settings';
import { EXTERNAL_METRICS } from '@livekit-swarm/testkit/kubernetes/programs';
import { until } from '@livekit-swarm/testkit/kubernetes/until';
import { startPrometheus } from '@livekit-swarm/testkit/prometheus-server';
import { stringify } from 'yaml';
import type { PodDeployment } from './deployment-of-pods.ts';

const PLACE = { name: 'external-metrics', namespace: 'kube-system' };
const GROUP = 'external.metrics.k8s.io';
const METRICS_PORT = 6_789;

/** Time between two looks at the pods, ms. */
const LOOK_MS = 500;

/**
 * Starts a Prometheus that scrapes the pods, and a server of external metrics behind it, which the API
 * server includes in its own API.
 * @param queries PromQL by the names of the metrics, each with one result
 */
export const startExternalMetrics = async (
  { cluster, kubectl }: PodDeployment,
  dir: string,
  queries: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> => {
  await using stack = new AsyncDisposableStack();
  const create = (items: readonly object[]): Promise<string> =>
    cluster.kubectl(['create', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    });
  await create(accounts());
  const targets = join(dir, 'targets.json');
  stack.use(await followPods(kubectl, targets));
  const prometheus = stack.use(
    await startPrometheus(undefined, undefined, stringify(scrapes(targets))),
  );
  const { certificate, sign } = await createAuthority(join(dir, 'external-metrics'));
  const own = await sign({
    ...{ name: 'server', subject: `/CN=${PLACE.name}`, usage: 'serverAuth' },
    names: [`DNS:${PLACE.name}.${PLACE.namespace}.svc`],
  });
  const { http: port } = await findFreePorts(cluster.nodeAddress, 1);
  const kubeconfig = await cluster.kubeconfigOf(PLACE.namespace, PLACE.name);
  const { path } = await provideProgram(
    EXTERNAL_METRICS,
    process.env[EXTERNAL_METRICS.pathVariable],
    {},
  );
  const child = spawn(
    path,
    [
      ...[`--bind-address=${cluster.nodeAddress}`, `--secure-port=${port}`],
      ...[`--tls-cert-file=${own.cert}`, `--tls-private-key-file=${own.key}`],
      ...['lister', 'authentication', 'authorization'].map(
        (of) => `--${of}-kubeconfig=${kubeconfig}`,
      ),
      `--prometheus-url=${prometheus.url}`,
      ...Object.entries(queries).map(([name, query]) => `--metric=${name}=${query}`),
    ],
    { env: plainEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const ended = once(child, 'close');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await create(api(cluster.nodeAddress, port, readFileSync(certificate.cert).toString('base64')));
  const [metric = ''] = Object.keys(queries);
  const value = ['get', '--raw', `/apis/${GROUP}/v1beta1/namespaces/livekit/${metric}`];
  await until(
    'an autoscaler can read its metric',
    async () => {
      if (child.exitCode !== null) throw new Error(`external-metrics has ended: ${output}`);
      return (await kubectl(...value)).includes(`"metricName":"${metric}"`);
    },
    undefined,
  );
  const running = stack.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** Writes the addresses of all pods into a file of targets: the Prometheus of Debian cannot ask Kubernetes. */
const followPods = async (
  kubectl: PodDeployment['kubectl'],
  file: string,
): Promise<AsyncDisposable> => {
  const over = new AbortController();
  let last = '';
  const look = async (): Promise<void> => {
    const pods = ['get', 'pods', '-l', 'app.kubernetes.io/name=livekit', '-o'];
    const addresses = (await kubectl(...pods, 'jsonpath={.items[*].status.podIP}')).split(' ');
    const targets = addresses.filter((one) => one !== '').map((one) => `${one}:${METRICS_PORT}`);
    const text = JSON.stringify([{ targets: targets.sort() }]);
    if (text === last) return;
    // Prometheus must not read half of it.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    last = text;
  };
  await look();
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => {});
      // The API server of a busy host may be late: the next look follows.
      await look().catch((error: unknown) =>
        process.stderr.write(`Prometheus keeps its targets: ${messageOf(error)}\n`),
      );
    }
  };
  const following = follow();
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await following;
    },
  };
};

/** The account of the server of metrics, with the rights that it needs. */
const accounts = (): object[] => {
  const rbac = 'rbac.authorization.k8s.io';
  const own = { kind: 'ServiceAccount', ...PLACE };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: PLACE },
    // It asks the API server who a client is, and what that may do.
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: PLACE.name } },
      subjects: [own],
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:auth-delegator' },
    },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: PLACE },
      subjects: [own],
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
    },
  ];
};

const scrapes = (targets: string): object => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [{ job_name: 'livekit', file_sd_configs: [{ files: [targets] }] }],
});

/** A Service that leads to this host, and the API behind it. */
const api = (address: string, port: number, caBundle: string): object[] => [
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: PLACE },
    spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
  },
  {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
    metadata: { ...PLACE, labels: { 'kubernetes.io/service-name': PLACE.name } },
    ...{ addressType: 'IPv4', ports: [{ name: 'https', port }] },
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  },
  {
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
    metadata: { name: `v1beta1.${GROUP}` },
    spec: {
      ...{ group: GROUP, version: 'v1beta1', service: { ...PLACE, port: 443 }, caBundle },
      ...{ groupPriorityMinimum: 100, versionPriority: 100 },
    },
  },
];
