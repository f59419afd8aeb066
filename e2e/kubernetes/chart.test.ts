/** The Helm chart, installed in a real cluster: three pods are the hosts of a run. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
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

const RELEASE = fileURLToPath(new URL('../../scripts/release/', import.meta.url));
const TAG = 'livekit-swarm/livekit-swarm';
const PROGRAM = '/opt/livekit-swarm';

let dir: string;
let cluster: KubernetesCluster;
let redis: RedisServer;
let server: LiveKitServer;
let env: Record<string, string>;
let helm: (...args: string[]) => Promise<string>;

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
  const chart = await buildChart(join(dir, 'chart'));
  const values = {
    image: { repository: TAG, pullPolicy: 'Never' },
    queue: { existingSecret: 'queue' },
    // More than the node has to give is the default.
    hosts: { labels: ['zone=lab'], resources: { requests: { cpu: '10m', memory: '64Mi' } } },
  };
  const set = Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);
  await helm('install', 'load', chart, ...set, '--wait', '--timeout', '120s');
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
