/**
 * Tests of faults of pods on the host network, by a helper pod on their Kubernetes node: what each
 * does to its pod and to no other process of the host, and that nothing is left when the helper is
 * killed, its pod is deleted, or the drill is killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '@livekit-swarm/host';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { startKubernetes } from '@livekit-swarm/testkit/kubernetes/start-kubernetes';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { openClusterScan } from '../src/journal/scan-cluster.ts';
import { controllerFolder, findContainer, stateOf } from '../src/pod-helper/pod-container.ts';
import type { KubernetesSpec } from '../src/targets/kubernetes/spec.ts';
import { openKubernetesPlatform } from '../src/targets/kubernetes.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { median, startEcho } from '../test/support/echo.ts';
import { ECHO, HELPER_IMAGE, loadHelperImage } from './helper-image.ts';
import { HELPERS, helperLeftovers, helperPids } from './helper-leftovers.ts';

const program = fileURLToPath(new URL('./fixtures/helped-injector.ts', import.meta.url));
const rbac = fileURLToPath(
  new URL('../../../examples/kubernetes/chaos-helper-rbac.yaml', import.meta.url),
);
const LIFETIME_MS = 600_000;

let dir: string;
let cluster: KubernetesCluster;
let platform: Platform;
let spec: KubernetesSpec;
let ports: Record<'a' | 'b', number>;

const pod = (name: 'a' | 'b') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `livekit-${name}`, namespace: 'livekit', labels: { app: 'livekit' } },
  spec: {
    hostNetwork: true,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        ...{ name: 'livekit', image: HELPER_IMAGE, imagePullPolicy: 'Never' },
        command: ['/usr/local/bin/node', ECHO, String(ports[name])],
      },
    ],
  },
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  cluster = await startKubernetes({ folder: join(dir, 'k8s') });
  await loadHelperImage(cluster);
  const { http, metrics } = await findFreePorts('127.0.0.1', 2);
  ports = { a: http, b: metrics };
  await cluster.kubectl(['create', 'namespace', 'livekit']);
  // A Role in the namespace of the servers, and one in that of the helpers.
  await cluster.kubectl(['apply', '-f', join(rbac, '..', 'chaos-rbac.yaml'), '-f', rbac]);
  for (const name of ['a', 'b'] as const)
    await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(pod(name)) });
  const ready = ['wait', 'pods', '--all', '-n', 'livekit', '--for=condition=Ready'];
  await cluster.kubectl([...ready, '--timeout=60s'], { timeoutMs: 70_000 });
  spec = {
    kubeconfig: await cluster.kubeconfigOf('livekit', 'livekit-swarm-chaos'),
    namespace: 'livekit',
    selectors: { node: 'app=livekit' },
    helper: { image: HELPER_IMAGE, namespace: HELPERS },
  };
  platform = await openKubernetesPlatform(spec);
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

const member = async (name = 'livekit-a'): Promise<Component> => {
  const found = (await platform.components()).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const fault = (name: string) => {
  const found = FAULTS.get(name);
  if (found === undefined) throw new Error(`there is no fault ${name}`);
  return found;
};

const inject = async (name: string, params: Record<string, unknown> = {}) =>
  injectFault({
    fault: fault(name),
    platform,
    components: [await member()],
    params: fault(name).params.parse(params),
    drill: 'test',
    expiry: null,
    journal: openJournal(join(dir, 'journal')),
  });

const startHelpers = async () => {
  const { helpers } = platform;
  if (helpers === undefined) throw new Error('the platform has no helpers');
  return helpers.start([await member()], LIFETIME_MS);
};

const talk = async (name: 'a' | 'b', count = 40) => {
  await using echo = await startEcho(ports[name]);
  return await echo.talk(count);
};
const answers = async (name: 'a' | 'b') => (await talk(name)).roundTrips.length;

const containerOf = async (): Promise<string> =>
  cluster.kubectl([
    ...['get', 'pod', 'livekit-a', '-n', 'livekit'],
    ...['-o', 'jsonpath={.status.containerStatuses[0].containerID}'],
  ]);

const firstPid = async (): Promise<number> => findContainer(await containerOf()).pids[0] ?? 0;

/** Contents of the limits of the first pod. */
const limits = async (): Promise<string[]> => {
  const container = findContainer(await containerOf());
  const found: string[] = [];
  for (const controller of ['cpu', 'memory'] as const) {
    const place = controllerFolder(container, controller);
    if (place === null) throw new Error(`no controller ${controller}`);
    const file = {
      cpu: ['cpu.cfs_quota_us', 'cpu.max'],
      memory: ['memory.limit_in_bytes', 'memory.max'],
    };
    const name = file[controller][place.version - 1] ?? '';
    found.push((await readFile(join(place.folder, name), 'utf8')).trim());
  }
  return found;
};

const leftovers = (): Promise<string[]> => helperLeftovers(cluster);

const expectUnaffected = async (): Promise<void> => {
  expect(await answers('a')).toBe(40);
  expect(stateOf(await firstPid())).not.toBe('T');
};

it('before a drill, the account may start helpers, and their manifests are known', async () => {
  expect(
    await fault('blackhole').unavailable(platform, await member(), {
      protocol: 'udp',
      direction: 'both',
    }),
  ).toBeNull();
  const [manifest, ...others] = (await platform.helpers?.manifests([await member()], 60_000)) ?? [];
  expect(others).toEqual([]);
  const checked = await cluster.kubectl(['create', '--dry-run=server', '-o', 'name', '-f', '-'], {
    input: JSON.stringify(manifest),
  });
  expect(checked.trim()).toBe('job.batch/swarm-helper-0');
  expect(await leftovers()).toEqual([]);
});

it('each fault affects its pod, and no other process of the host', async () => {
  const before = await limits();
  {
    await using _helpers = await startHelpers();
    const lost = await inject('blackhole', { protocol: 'udp' });
    expect([await answers('a'), await answers('b')]).toEqual([0, 40]);
    expect(await lost.check(true)).toBeNull();
    await lost.rollback();
    await expectUnaffected();

    const lossy = await inject('packet-loss', { loss: '50%', direction: 'out' });
    const received = (await talk('a', 400)).roundTrips.length;
    await lossy.rollback();
    // Four standard deviations.
    expect(Math.abs(received - 200)).toBeLessThan(40);

    const late = await inject('delay', { delay: '100ms' });
    expect(median((await talk('a')).roundTrips)).toBeGreaterThanOrEqual(200);
    expect(median((await talk('b')).roundTrips)).toBeLessThan(100);
    expect(await late.check(true)).toBeNull();
    await late.rollback();
    await expectUnaffected();

    const hung = await inject('hang');
    expect([await answers('a'), await answers('b')]).toEqual([0, 40]);
    expect(await hung.check(true)).toBeNull();
    await hung.rollback();
    await expectUnaffected();

    const slow = await inject('cpu-pressure', { cores: 0.3 });
    const small = await inject('memory-pressure', { megabytes: 100 });
    expect((await limits())[0]).toMatch(/^30000/);
    expect(Number((await limits())[1])).toBeGreaterThan(100 * 1_048_576);
    expect([await slow.check(true), await small.check(true)]).toEqual([null, null]);
    await slow.rollback();
    await small.rollback();
    expect(await limits()).toEqual(before);

    const cut = await inject('redis-partition');
    const { stdout } = await execa('nft', ['list', 'ruleset']);
    expect(stdout).toMatch(/socket cgroupv2 .* tcp dport 6379 counter/);
    await cut.rollback();
  }
  expect(await leftovers()).toEqual([]);
  expect(await readdir(join(dir, 'journal'))).toEqual([]);
});

it('a helper that is killed leaves nothing: it is started again, and undoes what it finds', async () => {
  {
    await using _helpers = await startHelpers();
    const hung = await inject('hang');
    const lost = await inject('blackhole', { protocol: 'udp' });
    const late = await inject('delay', { delay: '10ms' });
    const pids = await helperPids();
    expect(pids).toHaveLength(1);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await expect.poll(async () => answers('a'), { timeout: 60_000, interval: 500 }).toBe(40);
    expect(await hung.check(true)).toMatchObject({
      code: 'fault_gone',
      found: 'helper_lost_effect',
    });
    for (const injection of [hung, lost, late]) await injection.rollback();
    await expectUnaffected();
  }
  expect(await leftovers()).toEqual([]);
});

it('a helper pod that is deleted by force leaves nothing', async () => {
  {
    await using _helpers = await startHelpers();
    const hung = await inject('hang');
    const lost = await inject('blackhole', { protocol: 'udp' });
    await cluster.kubectl([
      'delete',
      'pods',
      '--all',
      '-n',
      HELPERS,
      '--force',
      '--grace-period=0',
    ]);
    await expect.poll(async () => answers('a'), { timeout: 60_000, interval: 500 }).toBe(40);
    for (const injection of [hung, lost]) await injection.rollback();
  }
  expect(await leftovers()).toEqual([]);
});

it('a drill that is killed leaves nothing, without any further command', async () => {
  const journal = openJournal(join(dir, 'killed'));
  const injector = spawn(process.execPath, [program, JSON.stringify(spec), journal.dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(injector.stdout, 'data');
  const gone = once(injector, 'exit');
  injector.kill('SIGKILL');
  await gone;
  expect(stateOf(await firstPid())).toBe('T');
  await using scan = await openClusterScan({ kubeconfig: cluster.kubeconfig, namespace: HELPERS });
  expect(await scan.find()).toEqual([expect.objectContaining({ kind: 'helper', injection: null })]);
  await expect.poll(leftovers, { timeout: 90_000, interval: 500 }).toEqual([]);
  await expectUnaffected();
  const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS });
  expect({ rolledBack: rolledBack.length, failed }).toEqual({ rolledBack: 2, failed: [] });
});

it('faults of a killed drill are rolled back earlier by a rollback', async () => {
  const journal = openJournal(join(dir, 'early'));
  const injector = spawn(process.execPath, [program, JSON.stringify(spec), journal.dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(injector.stdout, 'data');
  const gone = once(injector, 'exit');
  injector.kill('SIGKILL');
  await gone;
  const { failed } = await rollbackPending({ journal, faults: FAULTS });
  expect(failed).toEqual([]);
  await expectUnaffected();
  await expect.poll(leftovers, { timeout: 90_000, interval: 500 }).toEqual([]);
});

it('without permission for helpers, no fault of the host is available', async () => {
  await using other = await openKubernetesPlatform({
    ...spec,
    helper: { image: HELPER_IMAGE, namespace: 'default' },
  });
  expect(await fault('hang').unavailable(other, await member(), {})).toBe(
    'no permission to create jobs in default, which helpers need',
  );
});
