import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openClusterScan } from '../../journal/scan-cluster.ts';
import { reopenKubernetesPlatform } from '../kubernetes.ts';
import { connectKubernetes } from './client.ts';
import { listPods } from './pods.ts';

/** Pods by label selector. */
const PODS: Readonly<Record<string, object[]>> = {
  'app=livekit': [
    { metadata: { name: 'livekit-0', uid: '1' } },
    { metadata: { name: 'edge-0', uid: '2' } },
  ],
  'swarm.component': [
    { metadata: { name: 'cache-0', uid: '3', labels: { 'swarm.component': 'redis' } } },
    { metadata: { name: 'edge-0', uid: '2', labels: { 'swarm.component': 'load-balancer' } } },
  ],
};
/** Pod whose label names no kind of component. */
const MISLABELLED = { metadata: { name: 'edge-0', labels: { 'swarm.component': 'balancer' } } };
const podsOf = ({ pathname, searchParams }: URL): object[] =>
  pathname.includes('/mislabelled/')
    ? [MISLABELLED]
    : (PODS[searchParams.get('labelSelector') ?? ''] ?? []);

let file: string;
const answers = createServer((request, response) => {
  const path = request.url ?? '';
  const status = path.includes('/forbidden/') ? 403 : path.includes('/broken/') ? 500 : 200;
  response.writeHead(status, {
    'content-type': path.includes('/broken/') ? 'text/plain' : 'application/json',
  });
  if (status === 403)
    response.end(
      JSON.stringify({ kind: 'Status', message: 'pods is forbidden: User "x" cannot list' }),
    );
  else if (status === 500) response.end('no JSON');
  else
    response.end(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'PodList',
        items: podsOf(new URL(path, 'http://x')),
      }),
    );
});
const portOf = ({ address }: { address(): unknown }): number => (address() as AddressInfo).port;

beforeAll(async () => {
  await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
  const gone = createTcp();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const cluster = (name: string, port: number) =>
    `  - { name: ${name}, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }`;
  file = join(await mkdtemp(join(tmpdir(), 'swarm-kube-')), 'config');
  const text = `apiVersion: v1
kind: Config
clusters:
${cluster('here', portOf({ address: () => answers.address() }))}
${cluster('gone', portOf({ address: () => gone.address() }))}
users: [{ name: me, user: { token: secret-token } }]
contexts:
  - { name: here, context: { cluster: here, user: me } }
  - { name: gone, context: { cluster: gone, user: me } }
current-context: here
`;
  await writeFile(file, text);
  await new Promise((resolve) => gone.close(resolve));
});
afterAll(() => answers.close());

const pods = async (namespace: string, context?: string) =>
  listPods(
    await connectKubernetes({ kubeconfig: file, ...(context === undefined ? {} : { context }) }),
    {
      namespace,
      selectors: { node: 'app=livekit' },
    },
    'refuse',
  );

describe('a cluster', () => {
  it('is found by the kubeconfig, in its current context or another', async () => {
    expect(await connectKubernetes({ kubeconfig: file })).toMatchObject({
      kubeconfig: file,
      context: 'here',
    });
    expect(await pods('default')).toContainEqual(
      expect.objectContaining({ name: 'livekit-0', kind: 'node', running: false }),
    );
  });

  it('has pods that a selector or their own label selects', async () => {
    const found = (await pods('default')).map(({ kind, name }) => `${kind} ${name}`);
    expect(found).toEqual(['node livekit-0', 'redis cache-0', 'load-balancer edge-0']);
  });

  it('has no pod with a label that names no kind of component', async () => {
    await expect(pods('mislabelled')).rejects.toMatchObject({
      code: 'usage',
      message: 'pod "edge-0": label swarm.component: unknown kind "balancer"',
      hint: 'available: node, redis, sentinel, load-balancer, turn, agent-worker, egress',
    });
  });

  it('that is not in the kubeconfig is reported, with the contexts that are', async () => {
    await expect(connectKubernetes({ kubeconfig: file, context: 'prod' })).rejects.toMatchObject({
      code: 'cluster_unreachable',
      message: expect.stringMatching(/context "prod" not found in .*; available: here, gone$/),
    });
    await expect(connectKubernetes({ kubeconfig: '/no/such/file' })).rejects.toMatchObject({
      code: 'cluster_unreachable',
      message: expect.stringContaining('/no/such/file'),
    });
  });

  it('is not guessed without a kubeconfig', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', await mkdtemp(join(tmpdir(), 'swarm-kube-')));
    await expect(connectKubernetes({})).rejects.toMatchObject({ code: 'cluster_unreachable' });
    vi.unstubAllEnvs();
  });

  it('that rejects a request is reported with its message, without the token', async () => {
    const refused = pods('forbidden');
    await expect(refused).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('pods is forbidden'),
      hint: expect.stringContaining('chaos-rbac.yaml'),
    });
    await expect(refused).rejects.not.toMatchObject({
      message: expect.stringContaining('secret-token'),
    });
    await expect(pods('broken')).rejects.toMatchObject({ code: 'rejected' });
  });

  it('leaves out a pod with such a label that appeared during a drill', async () => {
    await using platform = await reopenKubernetesPlatform({
      kind: 'kubernetes',
      kubeconfig: file,
      context: 'here',
      namespace: 'mislabelled',
      selectors: { node: 'app=livekit' },
      counts: { node: 1, redis: 0, sentinel: 0, 'load-balancer': 0, turn: 0 },
    });
    expect(await platform.components()).toEqual([]);
  });

  it('is locked for drills, rollbacks and removals, or refuses them', async () => {
    const place = { kubeconfig: file, context: 'here', namespace: 'forbidden' };
    const counts = { node: 1, redis: 0, sentinel: 0, 'load-balancer': 0, turn: 0 };
    await using platform = await reopenKubernetesPlatform({
      ...{ kind: 'kubernetes', selectors: {}, counts },
      ...place,
    });
    const refused = (lease: string) => ({
      code: 'fault_unavailable',
      message: expect.stringContaining(`read the lease ${lease}`),
    });
    for (const purpose of ['drill', 'rollback'] as const)
      await expect(platform.lock?.(purpose)).rejects.toMatchObject(
        refused(`livekit-swarm-chaos-${purpose}`),
      );
    await using scan = await openClusterScan(place);
    await expect(scan.lock()).rejects.toMatchObject(refused('livekit-swarm-chaos-rollback'));
  });

  it('that does not answer is reported', async () => {
    await expect(pods('default', 'gone')).rejects.toMatchObject({
      code: 'cluster_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
