/**
 * Tests of rollouts by Kubernetes itself: a StatefulSet of livekit-servers rolls to another version
 * and back, and one whose new version cannot start is stopped after the first pod.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadServerImage } from '@livekit-swarm/testkit/kubernetes/images/load-server-image';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKubernetesPlatform } from '../src/targets/kubernetes.ts';
import type { Platform } from '../src/targets/platform.ts';
import type { PlatformRollout, Release, RolloutStep } from '../src/targets/rollout.ts';
import { type Rehearsal, rehearse } from './support.ts';

/** Grace period of the pods in examples/kubernetes/lab, ms. */
const DRAIN_MS = 60_000;

let dir: string;
let here: Rehearsal;
let platform: Platform;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  here = await rehearse(dir);
  for (const version of ['1.11.0', '1.13.4'] as const)
    await loadServerImage(here.cluster, version, dir);
  platform = await openKubernetesPlatform({
    kubeconfig: here.kubeconfig,
    namespace: here.livekit.namespace,
  });
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const kubectl = (...args: string[]): Promise<string> =>
  here.cluster.kubectl([...args, '-n', 'livekit'], { timeoutMs: 120_000 });

const rollout = (): PlatformRollout => {
  if (platform.rollout?.by !== 'platform') throw new Error('the platform rolls nothing');
  return platform.rollout;
};
const to = (program: string | null, configFile: string | null = null): Release => ({
  program,
  config: {},
  configFile,
});

const roll = async (id: string, release: Release): Promise<RolloutStep[]> => {
  const steps: RolloutStep[] = [];
  const { signal } = new AbortController();
  await rollout().rollAll(release, {
    ...{ id, signal },
    onStep: (step) => steps.push(step),
  });
  return steps;
};
const undo = async (id: string): Promise<RolloutStep[]> => {
  const steps: RolloutStep[] = [];
  const { signal } = new AbortController();
  await rollout().undo(id, { signal, onStep: (step) => steps.push(step) });
  return steps;
};
const of = (steps: readonly RolloutStep[], component: string): string[] =>
  steps.filter((step) => step.component === component).map(({ step }) => step);

it('is possible for a version that differs, and refused with the reason', async () => {
  expect(await rollout().present()).toBe('1.13.5');
  expect(await rollout().missingCapability(to('1.13.4'), DRAIN_MS)).toBeNull();
  expect(await rollout().missingCapability(to('1.13.4'), DRAIN_MS - 1)).toMatch(
    /drains each pod for up to 1m, .*of StatefulSet livekit first/,
  );
  expect(await rollout().missingCapability(to('1.13.5'), DRAIN_MS)).toMatch(
    /run .*:1\.13\.5 already/,
  );
  expect(await rollout().missingCapability({ ...to('1.13.4'), config: { port: 1 } }, null)).toMatch(
    /cannot be merged/,
  );
  const partition = (number: number) =>
    kubectl(
      ...['patch', 'statefulset', 'livekit', '--type=merge', '-p'],
      JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: number } } } }),
    );
  await partition(2);
  expect(await rollout().missingCapability(to('1.13.4'), null)).toMatch(/partition of 2/);
  await partition(0);
});

it('rolls pod by pod to another version, and back to the one before', async () => {
  await kubectl(
    'set',
    'image',
    'statefulset/livekit',
    'livekit=livekit-swarm/livekit-server:1.11.0',
  );
  await kubectl('rollout', 'status', 'statefulset/livekit', '--timeout=110s');
  await expect
    .poll(() => rollout().missingCapability(to('1.13.4'), DRAIN_MS), { timeout: 60_000 })
    .toBeNull();
  const steps = await roll('rollup01', to('1.13.4'));
  for (const number of [0, 1, 2])
    expect(of(steps, `livekit-${number}`).filter((step) => step !== 'cutting')).toEqual([
      ...['draining', 'stopped', 'starting', 'ready'],
    ]);
  // The StatefulSet controller begins with the last pod, and waits until each is ready.
  expect(steps.filter(({ step }) => step === 'ready').map(({ component }) => component)).toEqual([
    ...['livekit-2', 'livekit-1', 'livekit-0'],
  ]);
  for (const step of steps.filter(({ step }) => step === 'ready'))
    expect(step).toMatchObject({ version: '1.13.4', nodeId: expect.stringMatching(/^ND_/) });
  expect(await rollout().present()).toBe('1.13.4');

  await undo('rollup01');
  expect(await rollout().present()).toBe('1.11.0');
  expect(await kubectl('get', 'statefulset', 'livekit', '-o', 'yaml')).not.toContain(
    'livekit-swarm/rollout',
  );
  // A repeated rollback does no harm.
  expect(await undo('rollup01')).toEqual([]);
});

it('stops after the first pod when the new version cannot start, and undoes it', async () => {
  await expect(roll('rollbad1', to('9.9.9'))).rejects.toMatchObject({
    code: 'rollout_failed',
    message: expect.stringMatching(/livekit-2 does not become ready: ErrImageNeverPull/),
  });
  const images = await kubectl(
    ...['get', 'pods', '-l', 'app.kubernetes.io/name=livekit', '-o'],
    'jsonpath={.items[*].spec.containers[0].image}',
  );
  expect(images.split(' ').map((image) => image.split(':').at(-1))).toEqual([
    ...['1.11.0', '1.11.0', '9.9.9'],
  ]);
  const steps = await undo('rollbad1');
  expect(of(steps, 'livekit-2')).toContain('ready');
  expect(steps.filter(({ component }) => component !== 'livekit-2')).toEqual([]);
  expect(await rollout().present()).toBe('1.11.0');
});

it('rolls a configuration, and removes its ConfigMap on the rollback', async () => {
  const [name = ''] = (await kubectl('get', 'configmaps', '-o', 'name'))
    .split('\n')
    .filter((line) => line.includes('livekit-config'));
  const text = await kubectl('get', name, '-o', 'jsonpath={.data.livekit-config\\.yaml}');
  const file = join(dir, 'livekit.yaml');
  await writeFile(file, `${text}\nroom:\n  empty_timeout: 77\n`);
  const steps = await roll('rollcfg1', to(null, file));
  expect(steps.filter(({ step }) => step === 'ready')).toHaveLength(3);
  expect(await kubectl('get', 'configmap', 'swarm-rollcfg1-config', '-o', 'yaml')).toContain(
    'empty_timeout: 77',
  );
  await undo('rollcfg1');
  expect(await kubectl('get', 'configmaps', '-o', 'name')).not.toContain('rollcfg1');
});
