import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SwarmError } from '@livekit-swarm/settings';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesCluster } from '../src/kubernetes/cluster.ts';
import { KUBERNETES_VERSION } from '../src/kubernetes/programs.ts';
import { startKubernetes } from '../src/kubernetes/start-kubernetes.ts';
import { hostSettings, runPlainPod, tracesOf } from './support.ts';

const overlay = fileURLToPath(new URL('../../examples/kubernetes/', import.meta.url));

let folder: string;
let cluster: KubernetesCluster;
const settings = hostSettings();
const ended: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  cluster = await startKubernetes({ folder, onEnd: (name) => ended.push(name) });
});
afterAll(() => cluster?.stop());

describe('a Kubernetes on this host', () => {
  test('is the release that is pinned, with one node that is ready', async () => {
    const version = JSON.parse(await cluster.kubectl(['version', '-o', 'json'])) as {
      serverVersion: { gitVersion: string };
    };
    expect(version.serverVersion.gitVersion).toBe(`v${KUBERNETES_VERSION}`);
    const nodes = await cluster.kubectl([
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}',
    ]);
    expect(nodes).toBe(cluster.nodeAddress);
  });

  test('runs pods on a separate network', async () => {
    const address = await runPlainPod(cluster);
    expect(address.split('.').slice(0, 3)).toEqual(cluster.nodeAddress.split('.').slice(0, 3));
    expect(address).not.toBe(cluster.nodeAddress);
    await cluster.kubectl(['delete', 'pod/plain', '--now']);
  });

  test('rejects requests without a token, and limits an account to its permissions', async () => {
    const server = cluster.services.find(({ name }) => name === 'kube-apiserver')?.url ?? '';
    await expect(
      cluster.kubectl(['get', 'pods', `--server=${server}`, '--token=wrong']),
    ).rejects.toThrow(/Unauthorized|logged in/);
    await cluster.kubectl(['create', 'namespace', 'livekit']);
    await cluster.kubectl(['apply', '-f', join(overlay, 'chaos-rbac.yaml')]);
    const kubeconfig = await cluster.kubeconfigOf('livekit', 'livekit-swarm-chaos');
    const may = (...args: string[]): Promise<string> =>
      cluster.kubectl(['auth', 'can-i', ...args, `--kubeconfig=${kubeconfig}`]).then(
        (answer) => answer.trim(),
        () => 'no',
      );
    expect(await may('delete', 'pods', '-n', 'livekit')).toBe('yes');
    expect(await may('create', 'pods', '--subresource=eviction', '-n', 'livekit')).toBe('yes');
    expect(await may('create', 'leases', '-n', 'livekit')).toBe('yes');
    expect(await may('update', 'leases/livekit-swarm-chaos-drill', '-n', 'livekit')).toBe('yes');
    expect(await may('update', 'leases/of-a-controller', '-n', 'livekit')).toBe('no');
    expect(await may('patch', 'nodes')).toBe('no');
    expect(await may('delete', 'pods', '-n', 'default')).toBe('no');
    expect(await may('get', 'secrets', '-n', 'livekit')).toBe('no');
    expect(await may('create', 'pods', '-n', 'livekit')).toBe('no');
    expect(await may('delete', 'nodes')).toBe('no');
    await cluster.kubectl(['delete', 'namespace', 'livekit']);
  });

  test('accepts the unmodified manifests for production', async () => {
    await cluster.kubectl(['create', 'namespace', 'livekit']);
    const answer = await cluster.kubectl([
      'apply',
      '-k',
      join(overlay, 'base'),
      '--dry-run=server',
    ]);
    for (const kind of [
      'statefulset.apps/livekit',
      'statefulset.apps/redis',
      'poddisruptionbudget.policy/livekit',
      'service/livekit',
    ]) {
      expect(answer).toContain(`${kind} created`);
    }
    expect(answer).not.toMatch(/[Ww]arning/);
  });

  test('is the only cluster on its host', async () => {
    const second = startKubernetes({ folder: await mkdtemp(join(tmpdir(), 'swarm-k8s-')) });
    await expect(second).rejects.toBeInstanceOf(SwarmError);
    await expect(second).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining(folder),
    });
    expect(await cluster.kubectl(['get', '--raw', '/readyz'])).toBe('ok');
  });

  test('leaves only logs when it is stopped', async () => {
    expect(await tracesOf(folder)).not.toEqual([]);
    await cluster.stop();
    expect(await tracesOf(folder)).toEqual([]);
    // Another process may hold the host lock now.
    await cluster.stop();
    expect(hostSettings()).toEqual(settings);
    expect(await readdir(folder)).toEqual(['kubeconfig', 'logs']);
    expect(ended).toEqual([]);
  });
});

test('needs a folder with a short path for sockets', async () => {
  const long = startKubernetes({
    folder: join(await mkdtemp(join(tmpdir(), 'swarm-k8s-')), 'x'.repeat(80)),
  });
  await expect(long).rejects.toMatchObject({ code: 'bad_folder' });
});

test('keeps files that were in its folder before', async () => {
  const taken = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  await mkdir(join(taken, 'data'));
  await writeFile(join(taken, 'data', 'thesis.txt'), 'years of work');
  await expect(startKubernetes({ folder: taken })).rejects.toMatchObject({
    code: 'bad_folder',
    message: expect.stringContaining(join(taken, 'data')),
  });
  expect(await readdir(join(taken, 'data'))).toEqual(['thesis.txt']);
  expect(await tracesOf(taken)).toEqual([join(taken, 'data')]);
});

test('is removed after an aborted start as well', async () => {
  const half = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  const stop = new AbortController();
  const starting = startKubernetes({
    folder: half,
    signal: stop.signal,
    onProgress: (line) => {
      if (line.startsWith('kube-apiserver is up')) stop.abort(new Error('enough'));
    },
  });
  await expect(starting).rejects.toThrow('enough');
  expect(await tracesOf(half)).toEqual([]);
  expect(hostSettings()).toEqual(settings);
});
