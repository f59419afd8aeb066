/**
 * The Helm chart, installed in a real cluster: three pods are the hosts of a run, and load tests are
 * Jobs. Its other objects, and those of examples/kubernetes, are checked by the API server.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { librariesOf } from '@livekit-swarm/testkit/docker/libraries';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { provideHelm } from '@livekit-swarm/testkit/kubernetes/helm';
import { writeImageArchive } from '@livekit-swarm/testkit/kubernetes/images/image-archive';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';
import { type RedisServer, startRedis } from '@livekit-swarm/testkit/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChart } from '../../scripts/release/build-chart.ts';
import { resultOf, runSwarm, startSwarm } from '../support/swarm.ts';
import { installDefinitions } from './support/definitions.ts';

const RELEASE = fileURLToPath(new URL('../../scripts/release/', import.meta.url));
const TAG = 'livekit-swarm/livekit-swarm';
const PROGRAM = '/opt/livekit-swarm';

let dir: string;
let cluster: KubernetesCluster;
let redis: RedisServer;
let server: LiveKitServer;
let env: Record<string, string>;
let helm: (...args: string[]) => Promise<string>;
let chart: string;

const IMAGE = { repository: TAG, pullPolicy: 'Never' };
/** The default is more than the node has to give. */
const LITTLE = { requests: { cpu: '10m', memory: '64Mi' } };

/** Flags of Helm for values. */
const json = (values: Record<string, unknown>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);

const run = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { maxBuffer: 64 * 1_024 * 1_024 })).stdout;

/** As the Dockerfile lays it out, from the npm packages; the node has no Docker. */
const loadImage = async (): Promise<void> => {
  await run(process.execPath, join(RELEASE, 'pack.ts'), join(dir, 'dist'));
  const context = join(dir, 'context');
  const flags = ['--context', context, '--context-only'];
  await run(process.execPath, join(RELEASE, 'image.ts'), join(dir, 'dist', 'tarballs'), ...flags);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const files: Record<string, string> = { [PROGRAM]: join(context, architecture) };
  for (const library of await librariesOf(process.execPath))
    files[library] = await realpath(library);
  const archive = join(dir, 'image.tar');
  await writeImageArchive(
    {
      tag: `${TAG}:0.1.0`,
      files,
      folders: ['/tmp', '/work'],
      entrypoint: [
        `${PROGRAM}/bin/node`,
        `${PROGRAM}/node_modules/livekit-swarm/packages/cli/src/main.js`,
      ],
    },
    archive,
  );
  await cluster.loadImage(archive);
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-chart-'));
  cluster = await startKubernetes({ folder: join(dir, 'k8s') });
  await loadImage();
  // A cluster of the lab has neither Services nor names: pods reach the node.
  const password = randomBytes(16).toString('hex');
  redis = await startRedis(
    ...['--bind', '127.0.0.1', cluster.nodeAddress, '--requirepass', password],
  );
  server = await startLiveKit({ dir: join(dir, 'livekit'), host: cluster.nodeAddress });
  env = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
    SWARM_QUEUE: redis.url.replace('127.0.0.1', cluster.nodeAddress),
    SWARM_QUEUE_KEY: randomBytes(32).toString('base64'),
  };
  const program = await provideHelm();
  helm = (...args) => run(program, ...args, '--kubeconfig', cluster.kubeconfig);
  const secret = [
    ...['create', 'secret', 'generic', 'queue', `--from-literal=url=${env.SWARM_QUEUE}`],
    `--from-literal=fleet-key=${env.SWARM_QUEUE_KEY}`,
  ];
  await cluster.kubectl(secret);
  const { LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = env;
  const deployment = { LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET };
  await cluster.kubectl([
    ...['create', 'secret', 'generic', 'livekit'],
    ...Object.entries(deployment).map(([name, value]) => `--from-literal=${name}=${value}`),
  ]);
  chart = await buildChart(join(dir, 'chart'));
  const values = json({
    image: IMAGE,
    queue: { existingSecret: 'queue' },
    hosts: { labels: ['zone=lab'], resources: LITTLE },
  });
  await helm('install', 'load', chart, ...values, '--wait', '--timeout', '120s');
}, 600_000);
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await server?.stop();
  await cluster?.stop();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

const podNames = async (): Promise<string[]> => {
  const selector = 'app.kubernetes.io/component=host';
  const names = ['get', 'pods', '-l', selector, '-o', 'jsonpath={.items[*].metadata.name}'];
  return (await cluster.kubectl(names)).split(' ').filter((name) => name !== '');
};

const agents = async (): Promise<{ id: string; host: string }[]> =>
  JSON.parse((await runSwarm(['hosts', '--json'], env)).stdout);

// A shard for each pod, small as the load is.
const LOAD = ['--rooms', '6', '--hosts', '3', '--processes', '3', '--json'];

describe('the Helm chart in a cluster', () => {
  it('has three pods, each a host that is ready', async () => {
    await expect.poll(agents, { timeout: 60_000, interval: 1_000 }).toHaveLength(3);
    expect((await agents()).map(({ host }) => host).toSorted()).toEqual(
      (await podNames()).toSorted(),
    );
  });

  it('carries a run on all of them', async () => {
    const outcome = await runSwarm([...LOAD, '--duration', '5s'], env);
    const result = resultOf(outcome) as ReturnType<typeof resultOf> & { hosts: unknown[] };
    expect(result.joins, outcome.stderr).toMatchObject({ planned: 12, joined: 12, failed: 0 });
    expect(result.hosts).toHaveLength(3);
    expect(result.metrics['missing_tracks.rate']).toBe(0);
  });

  it('makes a run inconclusive when a pod is deleted in the middle, and names the pod', async () => {
    const [victim = ''] = await podNames();
    const swarm = startSwarm([...LOAD, '--duration', '20s'], env);
    await swarm.says(/12\/12 in/, 60_000);
    await cluster.kubectl(['delete', 'pod', victim, '--now']);
    expect(await swarm.ended, swarm.stderr()).toBe(98);
    expect(JSON.stringify(resultOf({ stdout: swarm.stdout() }).generator.findings)).toContain(
      victim,
    );
    // Another pod has taken its place.
    await expect.poll(agents, { timeout: 60_000, interval: 1_000 }).toHaveLength(3);
  });

  it('leaves nothing after it was uninstalled', async () => {
    await helm('uninstall', 'load', '--wait', '--timeout', '60s');
    const kinds = 'pods,deployments,services,secrets,configmaps,serviceaccounts,networkpolicies';
    const left = async () =>
      (await cluster.kubectl(['get', kinds, '-o', 'name', '-l', 'app.kubernetes.io/instance=load']))
        .split('\n')
        .filter((line) => line !== '');
    await expect.poll(left, { timeout: 60_000, interval: 1_000 }).toEqual([]);
    expect(await redis.keysOfRuns()).toEqual([]);
  });
});

describe('load tests of the chart', () => {
  interface Job {
    metadata: { name: string };
    status: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
  }

  beforeAll(async () => {
    const test = { existingSecret: 'livekit', resources: LITTLE, reports: [] };
    const load = ['--rooms=1', '--duration=3s'];
    const loadTests = {
      // Started by hand, as docs/how-to/kubernetes-job.md shows.
      passing: { ...test, args: load, schedule: '0 0 1 1 *', suspend: true },
      // No participant joins within a microsecond.
      failing: {
        ...test,
        ...{ args: load, schedule: '0 0 1 1 *', suspend: true },
        ...{ thresholds: ['join_time: p(95)<0.001'], backoffLimit: 2 },
      },
    };
    const values = { image: IMAGE, 'hosts.enabled': false, 'redis.enabled': false, loadTests };
    await helm('install', 'gate', chart, ...json(values));
  });
  afterAll(async () => {
    await helm('uninstall', 'gate', '--wait', '--timeout', '60s');
  });

  /** Run a load test now; resolves when its Job has ended. */
  const runNow = async (loadTest: string): Promise<{ name: string; job: Job }> => {
    const name = `${loadTest}-${randomBytes(4).toString('hex')}`;
    const from = `--from=cronjob/gate-livekit-swarm-${loadTest}`;
    await cluster.kubectl(['create', 'job', name, from]);
    let job: Job | undefined;
    const endOf = async (): Promise<string | undefined> => {
      job = JSON.parse(await cluster.kubectl(['get', 'job', name, '-o', 'json'])) as Job;
      return job.status.conditions?.find(
        ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
      )?.type;
    };
    await expect.poll(endOf, { timeout: 120_000, interval: 500 }).toBeDefined();
    if (job === undefined) throw new Error('there is no Job');
    return { name, job };
  };
  const podsOf = async (job: string): Promise<string> =>
    await cluster.kubectl([
      ...['get', 'pods', '--selector', `job-name=${job}`, '-o'],
      'jsonpath={.items[*].status.containerStatuses[0].state.terminated}',
    ]);

  it('complete for a run that passed', async () => {
    const { name, job } = await runNow('passing');
    expect(job.status.conditions, await podsOf(name)).toContainEqual(
      expect.objectContaining({ type: 'Complete', status: 'True' }),
    );
  });

  it('fail with exit code 99 for a crossed threshold, and are not tried again', async () => {
    let { name, job } = await runNow('failing');
    // On a busy machine a crossed threshold is not certain: exit code 98.
    for (let tries = 1; tries < 3 && (await podsOf(name)).includes('"exitCode":98'); tries++)
      ({ name, job } = await runNow('failing'));
    const pods = await podsOf(name);
    expect(job.status.conditions, pods).toContainEqual(
      expect.objectContaining({
        ...{ type: 'Failed', status: 'True', reason: 'PodFailurePolicy' },
        message: expect.stringContaining('exit code 99'),
      }),
    );
    expect(pods.match(/"exitCode":99/g)).toHaveLength(1);
    // The status of the pod has the verdict.
    expect(pods).toContain('FAILED (exit 99)');
  });
});

describe('the API server', () => {
  /** Modules with definitions of further objects, and their files. */
  const DEFINITIONS = {
    'github.com/argoproj/argo-rollouts': ['manifests/crds/analysis-template-crd.yaml'],
    'github.com/fluxcd/flagger': ['artifacts/flagger/crd.yaml'],
    'github.com/prometheus-operator/prometheus-operator': [
      'probes',
      'prometheusrules',
      'servicemonitors',
    ].map((name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`),
    'sigs.k8s.io/gateway-api': ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  };

  beforeAll(() => installDefinitions(cluster, DEFINITIONS));

  const check = (input: string): Promise<string> =>
    cluster.kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], { input });

  it('accepts every object of the chart', async () => {
    const values = json({
      image: IMAGE,
      // Pods need one that exists.
      'serviceAccount.create': false,
      'hosts.podDisruptionBudget.enabled': true,
      loadTests: {
        once: {
          ...{ existingSecret: 'livekit', scenario: { scenario: 'x', groups: {} } },
          ...{ records: { size: '1Gi' }, ttlSecondsAfterFinished: 2_592_000 },
          activeDeadlineSeconds: 3_600,
        },
        nightly: {
          ...{ existingSecret: 'livekit', existingConfigMap: 's', files: ['a.yaml'], hosts: 3 },
          ...{ schedule: '30 2 * * *', timeZone: 'Europe/Berlin' },
        },
      },
      exporter: {
        ...{ enabled: true, existingSecret: 'livekit' },
        config: { publicListen: '0.0.0.0:9466', sessions: { file: '/var/lib/livekit-swarm/s.db' } },
        ingress: { enabled: true, hosts: ['swarm.example.com'] },
        httpRoute: { enabled: true, parentRefs: [{ name: 'public' }] },
      },
      'serviceMonitor.enabled': true,
      'probe.enabled': true,
      'prometheusRule.enabled': true,
      'dashboards.enabled': true,
    });
    const created = await check(await helm('template', 'all', chart, ...values));
    for (const kind of ['job', 'cronjob', 'ingress', 'httproute', 'probe', 'poddisruptionbudget'])
      expect(created).toMatch(
        new RegExp(`^${kind}\\S*/all-\\S+ created \\(server dry run\\)$`, 'm'),
      );
  });

  it('accepts the templates for Argo Rollouts', async () => {
    const folder = new URL('../../examples/kubernetes/argo-rollouts/', import.meta.url);
    for (const name of await readdir(folder))
      expect(await check(await readFile(new URL(name, folder), 'utf8'))).toMatch(
        /^analysistemplate\S+ created/,
      );
  });

  it('accepts the objects for Flagger, and the load test that they start', async () => {
    const folder = new URL('../../examples/kubernetes/flagger/', import.meta.url);
    for (const name of ['metric-template', 'canary'])
      expect(await check(await readFile(new URL(`${name}.yaml`, folder), 'utf8'))).toMatch(
        /^(metrictemplate|canary)\S+ created/,
      );
    const values = ['--values', fileURLToPath(new URL('values.yaml', folder))];
    const created = await check(await helm('template', 'load', chart, ...values));
    const canary = await readFile(new URL('canary.yaml', folder), 'utf8');
    const [, started] = /--from=cronjob\/([a-z-]+)/.exec(canary) ?? [];
    expect(created).toContain(`cronjob.batch/${started} created`);
  });

  it('rejects what is in no definition', async () => {
    const template = new URL('../../examples/kubernetes/argo-rollouts/job.yaml', import.meta.url);
    const text = (await readFile(template, 'utf8')).replace('  metrics:', '  metricz:');
    await expect(check(text)).rejects.toThrow(/metricz/);
  });
});
