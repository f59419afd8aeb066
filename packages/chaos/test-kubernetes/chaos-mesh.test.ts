/**
 * Tests objects of this package against Chaos Mesh's own definition, as an API server validates
 * them. Chaos Mesh itself does not run here, because it needs images from a registry, and
 * sch_netem. A stand-in for its controller handles the objects.
 */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { openClusterScan } from '../src/journal/scan-cluster.ts';
import { openKubernetesPlatform } from '../src/targets/kubernetes.ts';
import type { Component, Platform } from '../src/targets/platform.ts';

const module = fileURLToPath(new URL('./chaos-mesh/', import.meta.url));
const FINALIZER = 'chaos-mesh/records';

let dir: string;
let cluster: KubernetesCluster;
let platform: Platform;
let node: Component;

/** Pod with a CPU limit. It need not run, which takes a kernel with CPU quotas. */
const LIMITED = 'livekit-c';

/** A pod that runs idle, in place of a LiveKit node. */
const pod = (name: string, hostNetwork: boolean) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name.startsWith('redis') ? 'redis' : 'livekit' } },
  spec: {
    hostNetwork,
    containers: [
      {
        ...{ name: 'pause', image: 'livekit-swarm/pause:1.0.0', imagePullPolicy: 'Never' },
        // The others have no limit: stressors would take the CPU of their host.
        ...(name === LIMITED ? { resources: { limits: { cpu: '800m' } } } : {}),
      },
    ],
  },
});

const create = (object: object): Promise<string> =>
  cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  cluster = await startKubernetes({ folder: join(dir, 'k8s') });
  for (const name of ['livekit-a', 'livekit-b', 'redis-a'])
    await create(pod(name, name === 'livekit-b'));
  await cluster.kubectl(['wait', 'pods', '--all', '--for=condition=Ready', '--timeout=60s'], {
    timeoutMs: 70_000,
  });
  await create(pod(LIMITED, true));
  platform = await openKubernetesPlatform({
    kubeconfig: cluster.kubeconfig,
    namespace: 'default',
    selectors: { node: 'app=livekit', redis: 'app=redis' },
  });
  node = (await platform.components()).find(({ name }) => name === 'livekit-a') as Component;
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

const fault = (name: string) => {
  const found = FAULTS.get(name);
  if (found === undefined) throw new Error(`there is no fault ${name}`);
  return found;
};

const SENT = { protocol: 'both', direction: 'out' };
const objects = async (
  plural = 'networkchaos',
): Promise<{ metadata: { name: string }; spec: Record<string, unknown> }[]> =>
  JSON.parse(await cluster.kubectl(['get', plural, '-o', 'json'])).items;

const merge = (name: string, patch: object, plural = 'networkchaos'): Promise<string> =>
  cluster.kubectl(['patch', plural, name, '--type=merge', '-p', JSON.stringify(patch)]);

/** Handles objects like Chaos Mesh does: with a finalizer, and a status. */
const takeOn = async (status: object, plural = 'networkchaos'): Promise<string> => {
  await expect.poll(async () => (await objects(plural)).length, { timeout: 10_000 }).toBe(1);
  const name = (await objects(plural))[0]?.metadata.name ?? '';
  await merge(name, { metadata: { finalizers: [FINALIZER] }, status }, plural);
  return name;
};

const INJECTED = {
  conditions: [{ type: 'AllInjected', status: 'True' }],
  experiment: { desiredPhase: 'Run', containerRecords: [] },
};

it('without Chaos Mesh no fault is available', async () => {
  expect(
    await fault('packet-loss').unavailable(platform, node, { loss: 0.05, burst: 1, ...SENT }),
  ).toMatch(/not installed/);
  // Without an injection, there is nothing to roll back.
  await platform.network?.withdraw(node, 'abcd1234');
});

describe('with Chaos Mesh in the cluster', () => {
  beforeAll(async () => {
    const { stdout } = await execa(
      'go',
      ['mod', 'download', '-json', 'github.com/chaos-mesh/chaos-mesh'],
      { cwd: module },
    );
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    for (const plural of ['networkchaos', 'podchaos', 'stresschaos']) {
      const file = join(Dir, `config/crd/bases/chaos-mesh.org_${plural}.yaml`);
      await cluster.kubectl(['create', '-f', file]);
      await cluster.kubectl([
        ...['wait', `crd/${plural}.chaos-mesh.org`],
        ...['--for=condition=Established', '--timeout=30s'],
      ]);
    }
  });

  it.each([
    [
      'packet-loss',
      { loss: '5%', ...SENT },
      { action: 'netem', loss: { loss: '5', correlation: '0' } },
    ],
    ['blackhole', SENT, { action: 'netem', loss: { loss: '100', correlation: '0' } }],
    [
      'delay',
      { delay: '80ms', ...SENT },
      { action: 'netem', delay: { latency: '80ms', jitter: '0ms', correlation: '0' } },
    ],
    [
      'jitter',
      { jitter: '30ms', ...SENT },
      { action: 'netem', delay: { latency: '30ms', jitter: '30ms', correlation: '0' } },
    ],
    [
      'reorder',
      { share: '10%', ...SENT },
      { action: 'netem', delay: { reorder: { reorder: '10', correlation: '0', gap: 1 } } },
    ],
    [
      'rate-limit',
      { rate: '2Mbps', ...SENT },
      { action: 'bandwidth', bandwidth: { rate: '2000000bit', limit: 50_000, buffer: 10_000 } },
    ],
    ['redis-partition', {}, { action: 'partition', direction: 'both', target: { mode: 'all' } }],
  ])('%s is requested, and rolled back', async (name, given, spec) => {
    const journal = openJournal(join(dir, 'journal'));
    const params = fault(name).params.parse(given);
    expect(await fault(name).unavailable(platform, node, params)).toBeNull();
    const [injection, object] = await Promise.all([
      injectFault({
        fault: fault(name),
        platform,
        components: [node],
        params,
        drill: 'test',
        expiry: null,
        journal,
      }),
      takeOn(INJECTED),
    ]);
    const found = (await objects())[0]?.spec;
    expect(found).toMatchObject({
      mode: 'all',
      selector: { pods: { default: ['livekit-a'] } },
      duration: '3600s',
      ...spec,
    });
    if (name === 'redis-partition')
      expect(found).toMatchObject({ target: { selector: { labelSelectors: { app: 'redis' } } } });

    await using scan = await openClusterScan({
      kubeconfig: cluster.kubeconfig,
      namespace: 'default',
    });
    expect(await scan.find()).toEqual([
      { kind: 'network_chaos', name: object, pid: null, instance: null, injection: injection.id },
    ]);

    const healing = injection.rollback();
    await expect
      .poll(
        () =>
          cluster.kubectl([
            'get',
            'networkchaos',
            object,
            '-o',
            'jsonpath={.metadata.deletionTimestamp}',
          ]),
        {
          timeout: 10_000,
        },
      )
      .not.toBe('');
    // A fault is rolled back when Chaos Mesh has released it, not when the release was requested.
    let healed = false;
    void healing.then(() => {
      healed = true;
    });
    await sleep(500);
    expect(healed).toBe(false);
    await merge(object, { metadata: { finalizers: [] } });
    await healing;
    expect(await objects()).toEqual([]);
    expect((await journal.read()).pending).toEqual([]);
  });

  it.each([
    [
      ...(['cpu-pressure', { cores: 0.3 }, 'stresschaos', LIMITED, 'stress_chaos'] as const),
      { stressors: { cpu: { workers: 1, load: 50 } } },
    ],
    [
      ...(['redis-kill', {}, 'podchaos', 'redis-a', 'pod_chaos'] as const),
      { action: 'pod-failure' },
    ],
  ])('%s acts on the container of a pod, and is rolled back', async (...row) => {
    const [name, given, plural, target, kind, spec] = row;
    const journal = openJournal(join(dir, 'journal'));
    const params = fault(name).params.parse(given);
    const found = (await platform.components()).find((one) => one.name === target) as Component;
    expect(await fault(name).unavailable(platform, found, params)).toBeNull();
    const order = { fault: fault(name), platform, components: [found], params };
    const [injection, object] = await Promise.all([
      injectFault({ ...order, drill: 'test', expiry: null, journal }),
      takeOn(INJECTED, plural),
    ]);
    expect((await objects(plural))[0]?.spec).toMatchObject({
      mode: 'all',
      selector: { pods: { default: [target] } },
      duration: '3600s',
      ...spec,
    });
    await using scan = await openClusterScan({
      kubeconfig: cluster.kubeconfig,
      namespace: 'default',
    });
    expect(await scan.find()).toMatchObject([{ kind, name: object, injection: injection.id }]);
    const rollback = injection.rollback();
    await merge(object, { metadata: { finalizers: [] } }, plural);
    await rollback;
    expect(await objects(plural)).toEqual([]);
    expect((await journal.read()).pending).toEqual([]);
  });

  it('takes no CPU from a pod without a limit', async () => {
    const params = fault('cpu-pressure').params.parse({ cores: 0.3 });
    expect(await fault('cpu-pressure').unavailable(platform, node, params)).toMatch(
      /livekit-a has no CPU limit/,
    );
  });

  it('reports the message of Chaos Mesh when an injection fails, and removes its objects', async () => {
    const journal = openJournal(join(dir, 'journal'));
    const params = fault('delay').params.parse({ delay: '10ms', ...SENT });
    const record = {
      id: 'default/livekit-a',
      selectorKey: '.',
      phase: 'Not Injected',
      injectedCount: 0,
      recoveredCount: 0,
      events: [
        {
          type: 'Failed',
          operation: 'Apply',
          timestamp: new Date().toISOString(),
          message: 'unable to flush ip sets',
        },
      ],
    };
    const injecting = injectFault({
      fault: fault('delay'),
      platform,
      components: [node],
      params,
      drill: 'test',
      expiry: null,
      journal,
    });
    const refused = expect(injecting).rejects.toMatchObject({
      code: 'fault_unavailable',
      message: expect.stringContaining('unable to flush ip sets'),
    });
    const object = await takeOn({
      experiment: { desiredPhase: 'Run', containerRecords: [record] },
    });
    await merge(object, { metadata: { finalizers: [] } });
    await refused;
    expect(await objects()).toEqual([]);
    expect((await journal.read()).pending).toEqual([]);
  });

  it('the request of a killed drill is found by the journal', async () => {
    const journal = openJournal(join(dir, 'journal'));
    const params = fault('blackhole').params.parse(SENT);
    const [, object] = await Promise.all([
      injectFault({
        fault: fault('blackhole'),
        platform,
        components: [node],
        params,
        drill: 'test',
        expiry: null,
        journal,
      }),
      takeOn(INJECTED),
    ]);
    const report = rollbackPending({ journal, faults: FAULTS, force: true });
    await merge(object, { metadata: { finalizers: [] } });
    expect((await report).rolledBack).toHaveLength(1);
    expect(await objects()).toEqual([]);
  });

  it('is not used for faults that it cannot cause', async () => {
    const lossOf = async (member: Component, given: object): Promise<string | null> =>
      fault('packet-loss').unavailable(
        platform,
        member,
        fault('packet-loss').params.parse({ loss: '5%', ...given }),
      );
    expect(await lossOf(node, { protocol: 'udp', direction: 'out' })).toMatch(
      /protocol: both and direction: out/,
    );
    expect(await lossOf(node, { ...SENT, direction: 'both' })).toMatch(
      /protocol: both and direction: out/,
    );
    expect(await lossOf(node, { ...SENT, burst: 5 })).toMatch(/not in bursts/);
    // LiveKit usually runs in the host network. Chaos Mesh refuses it, as it would affect the whole
    // host.
    const onHost = (await platform.components()).find(
      ({ name }) => name === 'livekit-b',
    ) as Component;
    expect(await lossOf(onHost, SENT)).toMatch(/the network of its host/);
  });
});
