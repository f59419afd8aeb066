import { expect, it } from 'vitest';
import type { RolloutStep } from '../../rollout.ts';
import { type Pod, readPod } from '../pods.ts';
import { createPodSteps } from './observe-pods.ts';

const pod = (uid: string, changes: Partial<Pod> = {}): Pod => ({
  ...readPod(
    {
      metadata: { name: 'livekit-0', uid },
      spec: { containers: [{ name: 'a', image: `livekit/livekit-server:v1.13.${uid}` }] },
    },
    'node',
  ),
  running: true,
  ready: true,
  ...changes,
});

const observe = async (looks: readonly (readonly [atMs: number, pods: Pod[]])[]) => {
  const steps: RolloutStep[] = [];
  const [[, before] = [0, []], ...rest] = looks;
  const seen = await createPodSteps({
    before,
    nodeIdOf: async ({ uid }) => `ND_${uid}`,
    onStep: (step) => steps.push(step),
    now: 0,
  });
  for (const [at, pods] of rest) await seen.see(pods, at);
  return { seen, steps: steps.map(({ step, nodeId, version }) => [step, nodeId, version]) };
};

const draining = (uid: string) => pod(uid, { terminating: true, ready: false, graceSeconds: 30 });

it('a pod drains, ends and is replaced', async () => {
  const { steps, seen } = await observe([
    [0, [pod('4')]],
    [1_000, [pod('4')]],
    [2_000, [draining('4')]],
    [9_000, [draining('4')]],
    [10_000, [pod('5', { running: false, ready: false })]],
    [11_000, [pod('5', { ready: false })]],
    [12_000, [pod('5')]],
    [13_000, [pod('5')]],
  ]);
  expect(steps).toEqual([
    ['draining', 'ND_4', null],
    ['stopped', 'ND_4', null],
    ['starting', 'ND_5', '1.13.5'],
    ['ready', 'ND_5', '1.13.5'],
  ]);
  expect(seen.lastAt).toBe(12_000);
});

it('calls are cut when the grace period is over', async () => {
  const { steps } = await observe([
    [0, [pod('4')]],
    [2_000, [draining('4')]],
    [32_000, [draining('4')]],
    [33_000, []],
  ]);
  expect(steps.map(([step]) => step)).toEqual(['draining', 'cutting', 'stopped']);
});

it('calls are cut also when the pod is gone at the first look after its grace period', async () => {
  const { steps } = await observe([
    [0, [pod('4')]],
    [2_000, [draining('4')]],
    [31_500, [draining('4')]],
    [33_000, []],
  ]);
  expect(steps.map(([step]) => step)).toEqual(['draining', 'cutting', 'stopped']);
});

it('no call is cut when the pod ends before its grace period is over', async () => {
  const { steps } = await observe([
    [0, [pod('4')]],
    [2_000, [draining('4')]],
    [9_000, []],
    [40_000, []],
  ]);
  expect(steps.map(([step]) => step)).toEqual(['draining', 'stopped']);
});

it('a second deletion with a shorter grace period does not end a drain earlier', async () => {
  const shortened = pod('4', { terminating: true, ready: false, graceSeconds: 5 });
  const { steps } = await observe([
    [0, [pod('4')]],
    [2_000, [draining('4')]],
    [2_250, [shortened]],
    [20_000, [shortened]],
  ]);
  expect(steps.map(([step]) => step)).toEqual(['draining']);
});

it('a pod that cannot start fails the health gate once', async () => {
  const broken = pod('5', { running: false, ready: false, failure: 'ErrImagePull: not found' });
  const { steps } = await observe([
    [0, [pod('4')]],
    [1_000, [broken]],
    [2_000, [broken]],
  ]);
  expect(steps.map(([step]) => step)).toEqual(['check_failed', 'stopped']);
});
