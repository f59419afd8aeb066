import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderDrillText } from '@livekit-swarm/report/drill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDrill } from '../src/drill/parse-drill.ts';
import { kubernetesDeployment } from '../src/execute/deployment.ts';
import { executeDrill } from '../src/execute/execute-drill.ts';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { DrillResult, RepeatResult } from '../src/measure/drill-result.ts';
import { openKubernetesPlatform } from '../src/targets/kubernetes.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
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

const isCordoned = async (): Promise<boolean> =>
  (await here.cluster.kubectl([
    'get',
    'node',
    here.cluster.nodeName,
    '-o',
    'jsonpath={.spec.unschedulable}',
  ])) === 'true';

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
    expect(await why('redis-kill', {}, 'redis-0')).toMatch(/at once/);
    expect(await why('hang')).toMatch(/cannot pause pods/);
    expect(await why('forced-stop')).toMatch(/only one SIGTERM/);
    expect(await why('cpu-pressure', { cores: 0.5 })).toMatch(/cannot run programs/);
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
      /no permission to get nodes/,
    );
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
          lost: 'livekit-2',
          back: 'livekit-2',
          readyMs: expect.any(Number),
        }),
      ]);
  });

  it('a drained host is used again, also when the drill was killed', async () => {
    const journal = openJournal(join(dir, 'journal'));
    const injector = spawn(
      process.execPath,
      [program, here.kubeconfig, journal.dir, 'drain', 'livekit-0'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(injector.stdout, 'data');
    expect((await journal.read()).pending).toHaveLength(1);
    const gone = once(injector, 'exit');
    injector.kill('SIGKILL');
    await gone;
    expect(await isCordoned()).toBe(true);
    // No other host can take it.
    await expect
      .poll(async () => (await member('livekit-0')).nodeId, { timeout: 20_000 })
      .toBeNull();
    const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS });
    expect({ healed: rolledBack.length, failed }).toEqual({ healed: 1, failed: [] });
    expect(await isCordoned()).toBe(false);
    expect(await readdir(journal.dir)).toEqual([]);
    await platform.start(await member('livekit-0'));
    expect((await member('livekit-0')).nodeId).toBe((await nodeIds())[0]);
  });

  it('leaves a host alone that was cordoned before', async () => {
    await here.cluster.kubectl(['cordon', here.cluster.nodeName]);
    await platform.hosts?.undrain('abcd1234');
    expect(await isCordoned()).toBe(true);
    await here.cluster.kubectl(['uncordon', here.cluster.nodeName]);
  });
});

/** On a busy host a drill is inconclusive for its figures; its objectives are met all the same. */
const expectReached = (repeat: RepeatResult | undefined): void => {
  expect(repeat?.objectives.filter(({ met }) => !met)).toEqual([]);
  expect(['passed', 'inconclusive'], repeat?.reasons.join(' ')).toContain(repeat?.verdict);
};

describe('a drill', () => {
  const carryOut = async (file: string, recoveryMs: number): Promise<DrillResult> => {
    const drill = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
    return executeDrill({
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
      faults: FAULTS,
      journal: openJournal(join(dir, 'journal')),
      confirmedTarget: 'rehearsal',
      allowUnprovenTarget: false,
      expiryMarginMs: 60_000,
      withoutExpiry: false,
      dir: join(await mkdtemp(join(dir, 'kill-')), 'drill'),
      newRunName: () => Math.random().toString(36).slice(2, 8),
      staff: () => ({ workers: 1, threads: 1 }),
      version: '0.0.0',
      stop: new AbortController().signal,
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
    expect(await isCordoned()).toBe(false);
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
