import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderDrillText } from '@livekit-swarm/report/drill';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDrill } from '../src/drill/parse-drill.ts';
import { kubernetesDeployment } from '../src/execute/deployment.ts';
import { executeDrill } from '../src/execute/execute-drill.ts';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { openClusterScan } from '../src/journal/scan-cluster.ts';
import type { DrillResult, RepeatResult } from '../src/measure/drill-result.ts';
import { openKubernetesPlatform } from '../src/targets/kubernetes.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { drillOrder } from '../test/support/drill-order.ts';
import { drainDrill, libraryFile, nodeIds, type Rehearsal, rehearse } from './support.ts';

const program = fileURLToPath(new URL('./fixtures/injector.ts', import.meta.url));

let dir: string;
let here: Rehearsal;
let platform: Platform;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  here = await rehearse(dir);
  platform = await openKubernetesPlatform({
    kubeconfig: here.kubeconfig,
    namespace: here.livekit.namespace,
  });
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
});

const member = async (name: string): Promise<Component> => {
  const found = (await platform.components()).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const fault = (name: string) => {
  const found = FAULTS.get(name);
  if (found === undefined) throw new Error(`there is no fault ${name}`);
  return found;
};

const why = async (
  name: string,
  params: Record<string, unknown> = {},
  on = 'livekit-1',
): Promise<string | null> =>
  fault(name).unavailable(platform, await member(on), fault(name).params.parse(params));

/** Jobs that keep pods off a host, and their pods. */
const reservations = async (): Promise<string[]> =>
  (
    await here.cluster.kubectl([
      ...['get', 'jobs,pods', '-n', 'livekit', '-o', 'name'],
      ...['-l', 'app.kubernetes.io/managed-by=livekit-swarm'],
    ])
  )
    .split('\n')
    .filter((line) => line !== '');

/** Starts an injector, and kills it after the injection. */
const killInjector = async (journal: Journal, ...args: string[]): Promise<void> => {
  const injector = spawn(process.execPath, [program, here.kubeconfig, journal.dir, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(injector.stdout, 'data');
  const gone = once(injector, 'exit');
  injector.kill('SIGKILL');
  await gone;
};

/** Expects that the only host does not accept the replacement. */
const expectDrained = async (name: string): Promise<void> => {
  await expect.poll(async () => (await member(name)).nodeId, { timeout: 20_000 }).toBeNull();
  expect(await reservations()).toHaveLength(2);
};

const expectBack = async (name: string): Promise<void> => {
  await platform.start(await member(name));
  expect((await member(name)).nodeId).toBe((await nodeIds())[Number(name.slice(-1))]);
  expect(await reservations()).toEqual([]);
};

describe('pods as a platform of drills', () => {
  it('are known by kind, and by the ID of their LiveKit node', async () => {
    const members = await platform.components();
    expect(members.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'node livekit-0',
      'node livekit-1',
      'node livekit-2',
      'redis redis-0',
    ]);
    expect(members.slice(0, 3).map(({ nodeId }) => nodeId)).toEqual(await nodeIds());
    expect(members[3]?.nodeId).toBeNull();
  });

  it('have capabilities, and reasons for the missing ones', async () => {
    expect(await why('kill')).toBeNull();
    expect(await why('graceful-stop')).toBeNull();
    expect(await why('drain')).toBeNull();
    expect(await why('kill', {}, 'redis-0')).toBeNull();
    expect(await why('restart')).toBeNull();
    expect(await why('restart', { down: '5s' })).toMatch(/at once/);
    expect(await why('redis-kill', {}, 'redis-0')).toMatch(/Chaos Mesh is not installed/);
    expect(await why('hang')).toMatch(/cannot pause pods/);
    expect(await why('forced-stop')).toMatch(/only one SIGTERM/);
    expect(await why('cpu-pressure', { cores: 0.5 })).toMatch(/Chaos Mesh is not installed/);
    expect(await why('packet-loss', { loss: '5%', protocol: 'both', direction: 'out' })).toMatch(
      /Chaos Mesh is not installed/,
    );
    expect(await why('redis-partition')).toMatch(/Chaos Mesh is not installed/);
  });

  it('are not changed by an account without permissions', async () => {
    const { cluster } = here;
    await cluster.kubectl(['create', 'serviceaccount', 'looks-only', '-n', 'livekit']);
    await cluster.kubectl([
      'create',
      'rolebinding',
      'looks-only',
      '-n',
      'livekit',
      '--clusterrole=view',
      '--serviceaccount=livekit:looks-only',
    ]);
    await using guest = await openKubernetesPlatform({
      kubeconfig: await cluster.kubeconfigOf('livekit', 'looks-only'),
      namespace: 'livekit',
    });
    const first = (await guest.components())[0] as Component;
    expect(await fault('kill').unavailable(guest, first, {})).toMatch(
      /no permission to delete pods in livekit/,
    );
    expect(await fault('drain').unavailable(guest, first, {})).toMatch(
      /no permission to create jobs in livekit/,
    );
    await expect(guest.lock?.('drill')).rejects.toMatchObject({
      code: 'fault_unavailable',
      hint: expect.stringContaining('chaos-rbac.yaml'),
    });
    await expect(guest.signal(first, 'SIGKILL')).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('livekit-0'),
    });
    await expect(
      openKubernetesPlatform({ kubeconfig: here.kubeconfig, namespace: 'kube-system' }),
    ).rejects.toMatchObject({
      code: 'rejected',
    });
    await expect(
      openKubernetesPlatform({ kubeconfig: here.cluster.kubeconfig, namespace: 'default' }),
    ).rejects.toMatchObject({
      code: 'component_not_found',
    });
  });

  it('accept one drill at a time: a second one is refused, with the name of the holder', async () => {
    const holder = (): Promise<string> =>
      here.cluster.kubectl([
        ...['get', 'lease', 'livekit-swarm-chaos-drill', '-n', 'livekit'],
        ...['-o', 'jsonpath={.spec.holderIdentity}'],
      ]);
    let name: string;
    {
      await using first = await platform.lock?.('drill');
      name = await holder();
      expect(name).toContain(`_${process.pid}_`);
      // A renewal, which the API server has accepted, causes the refusal.
      await expect(platform.lock?.('drill')).rejects.toMatchObject({
        code: 'deployment_locked',
        message: expect.stringContaining(name),
      });
      expect(() => first?.assertHeld()).not.toThrow();
    }
    expect(await holder()).toBe('');
    await using _second = await platform.lock?.('drill');
    expect(await holder()).not.toBe(name);
  });

  it('a killed node is gone when the injection resolves, and is replaced automatically', async () => {
    const before = await member('livekit-2');
    const journal = openJournal(join(dir, 'journal'));
    const injection = await injectFault({
      fault: fault('kill'),
      platform,
      components: [before],
      params: {},
      drill: 'test',
      expiry: null,
      journal,
    });
    expect(await readdir(journal.dir)).toHaveLength(1);
    await injection.rollback();
    expect(await readdir(journal.dir)).toEqual([]);
    const after = await member('livekit-2');
    expect(after.nodeId).not.toBe(before.nodeId);
    expect(after.nodeId).toBe((await nodeIds())[2]);
    await expect
      .poll(() => platform.replacements?.(), { timeout: 5_000 })
      .toEqual([
        expect.objectContaining({
          component: 'livekit-2',
          replacement: 'livekit-2',
          readyMs: expect.any(Number),
        }),
      ]);
  });

  it('a drained host is used again, also when the drill was killed', async () => {
    const journal = openJournal(join(dir, 'journal'));
    await killInjector(journal, 'drain', 'livekit-0');
    expect((await journal.read()).pending).toHaveLength(1);
    await expectDrained('livekit-0');
    const { kubeconfig } = here;
    await using scan = await openClusterScan({ kubeconfig, namespace: 'livekit' });
    const [entry] = (await journal.read()).pending;
    expect(await scan.find()).toEqual([
      {
        ...{ kind: 'reservation', name: `swarm-${entry?.id}-livekit-0` },
        ...{ pid: null, instance: null, injection: entry?.id },
      },
    ]);
    // Other deployments may use the host.
    const { cluster } = here;
    await cluster.kubectl(['run', 'other', '--image=livekit-swarm/pause:1.0.0', '-n', 'default']);
    const ready = ['wait', 'pod/other', '-n', 'default', '--for=condition=Ready', '--timeout=30s'];
    await cluster.kubectl(ready, { timeoutMs: 40_000 });
    await cluster.kubectl(['delete', 'pod', 'other', '-n', 'default', '--now']);

    const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS });
    expect({ rolledBack: rolledBack.length, failed }).toEqual({ rolledBack: 1, failed: [] });
    expect(await readdir(journal.dir)).toEqual([]);
    await expectBack('livekit-0');
  });

  it('objects of a drain are found and removed without a journal', async () => {
    await platform.hosts?.drain(await member('livekit-2'), 'orphaned', null);
    const { kubeconfig } = here;
    await using scan = await openClusterScan({ kubeconfig, namespace: 'livekit' });
    const [orphan, ...others] = await scan.find();
    expect(orphan).toMatchObject({ kind: 'reservation', injection: 'orphaned' });
    expect(others).toEqual([]);
    {
      await using _locks = await scan.lock();
      if (orphan !== undefined) expect(await scan.remove(orphan)).toBeNull();
    }
    expect(await scan.find()).toEqual([]);
    await expect.poll(reservations, { timeout: 30_000, interval: 500 }).toEqual([]);
    await expectBack('livekit-2');
  });

  it('a drained host is used again, without any further command', async () => {
    const journal = openJournal(join(dir, 'expired'));
    await killInjector(journal, 'drain', 'livekit-1', '15000');
    await expectDrained('livekit-1');
    await expect.poll(reservations, { timeout: 60_000, interval: 500 }).toEqual([]);
    await expectBack('livekit-1');
    // A repeated rollback does no harm.
    const { failed } = await rollbackPending({ journal, faults: FAULTS });
    expect(failed).toEqual([]);
    expect(await readdir(journal.dir)).toEqual([]);
  });
});

/**
 * Expects that all objectives are met, and that the drill passed; if this host was too busy to
 * judge it, that is the only reason.
 */
const expectReached = (repeat: RepeatResult | undefined): void => {
  expect(repeat?.objectives.filter(({ met }) => !met)).toEqual([]);
  if (repeat?.verdict === 'passed') return;
  expect(repeat?.verdict).toBe('inconclusive');
  expect(repeat?.reasons.filter(({ code }) => code !== 'generator_impaired')).toEqual([]);
};

describe('a drill', () => {
  const carryOut = async (file: string, recoveryMs: number): Promise<DrillResult> => {
    const drill = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
    return executeDrill({
      guard: ownServerGuard(),
      ...drillOrder(),
      save: () => {},
      drill: {
        ...drill,
        load: { ...drill.load, rooms: 3, participants: 3 },
        recoveryMs,
        repeats: 1,
      },
      deploy: () =>
        kubernetesDeployment({
          ...here,
          ...here.livekit,
          namespace: here.livekit.namespace,
          name: 'rehearsal',
        }),
      journal: openJournal(join(dir, 'journal')),
      confirmedTarget: 'rehearsal',
      dir: join(await mkdtemp(join(dir, 'kill-')), 'drill'),
    });
  };

  it('with a kill is reported as on other platforms, with the time until the pod was ready again', async () => {
    const result = await carryOut(libraryFile('kill-room-node'), 25_000);
    const [repeat] = result.repeats;
    expectReached(repeat);
    expect(repeat?.recovery.subscriptionsNotRecovered).toBe(0);
    const [fault] = repeat?.recovery.faults ?? [];
    const [comeback] = repeat?.recovery.replacements ?? [];
    expect(comeback?.component).toBe(fault?.components[0]);
    expect(comeback?.readyMs).toBeGreaterThan(comeback?.terminatedMs ?? Number.NaN);
    expect(comeback?.at).toBeGreaterThan(fault?.injectedAt ?? Number.NaN);
    expect(renderDrillText(result).replace(/\s+/g, ' ')).toMatch(
      /livekit-\d replaced.*: ready after .{4,9} \(terminated/,
    );
    expect(await readdir(join(dir, 'journal'))).toEqual([]);
  });

  it('with a drain: rooms continue during the eviction, and the host is used again', async () => {
    const result = await carryOut(drainDrill, 8_000);
    const [repeat] = result.repeats;
    expectReached(repeat);
    expect(repeat?.recovery.subscriptionsInterrupted).toBe(0);
    expect(await reservations()).toEqual([]);
  });

  it('is rejected without a confirmation of the deployment', async () => {
    await using deployment = await kubernetesDeployment({
      ...here,
      ...here.livekit,
      namespace: here.livekit.namespace,
    });
    expect(deployment).toMatchObject({ isLab: false, name: 'livekit@livekit-swarm-lab' });
  });
});
