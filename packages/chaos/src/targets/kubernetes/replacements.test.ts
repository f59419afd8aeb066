import { expect, it } from 'vitest';
import type { Pod } from './pods.ts';
import { createReplacementTracker, replacementOf } from './replacements.ts';

const pod = (name: string, uid: string, changes: Partial<Pod> = {}): Pod => ({
  name,
  uid,
  kind: 'node',
  host: 'm1',
  terminating: false,
  running: true,
  ready: true,
  hostNetwork: true,
  cpuLimit: null,
  image: 'livekit/livekit-server:v1.13.4',
  owner: { kind: 'StatefulSet', name: 'livekit' },
  containerId: null,
  metricsPort: null,
  ports: [],
  redisPort: null,
  revision: null,
  graceSeconds: null,
  restarts: 0,
  failure: null,
  exitCode: null,
  problem: null,
  ...changes,
});

it('a pod is observed until its replacement is ready', async () => {
  const lost = pod('livekit-0', 'old');
  const other = pod('livekit-1', 'other');
  const waiting = { host: null, running: false, ready: false };
  const story = [
    [lost, other],
    [{ ...lost, terminating: true }, other],
    [other],
    [other, pod('livekit-0', 'new', waiting)],
    [other, pod('livekit-0', 'new', { ...waiting, host: 'm1' })],
    [other, pod('livekit-0', 'new', { ready: false })],
    [other, pod('livekit-0', 'new')],
  ];
  let step = 0;
  const comebacks = createReplacementTracker(
    async () => story[Math.min(step++, story.length - 1)] ?? [],
  );
  comebacks.watch(lost);
  // Deleted a second time, with less grace.
  comebacks.watch(lost);
  const found: ReturnType<typeof comebacks.collect> = [];
  await expect
    .poll(() => found.push(...comebacks.collect()), { timeout: 5_000 })
    .toBeGreaterThan(0);
  comebacks.close();
  expect(found).toHaveLength(1);
  const [comeback] = found;
  expect(comeback).toMatchObject({ component: 'livekit-0', replacement: 'livekit-0' });
  const { terminatedMs, scheduledMs, runningMs, readyMs } = comeback ?? {
    terminatedMs: 0,
    scheduledMs: 0,
    runningMs: 0,
    readyMs: 0,
  };
  expect([terminatedMs, scheduledMs, runningMs, readyMs]).toEqual(
    [terminatedMs, scheduledMs, runningMs, readyMs].toSorted((a, b) => Number(a) - Number(b)),
  );
  expect(readyMs).toBeGreaterThan(Number(terminatedMs));
  expect(comebacks.collect()).toEqual([]);
});

it('the cluster may be unreachable for a while', async () => {
  const lost = pod('livekit-0', 'old');
  let asked = 0;
  const comebacks = createReplacementTracker(async () => {
    asked++;
    if (asked === 2) throw new Error('unreachable');
    return asked === 1 ? [lost] : [pod('livekit-0', 'new')];
  });
  comebacks.watch(lost);
  await expect.poll(() => comebacks.collect(), { timeout: 5_000 }).toHaveLength(1);
  comebacks.close();
});

it('without stable names the replacement is one that did not exist before', () => {
  const replica = (name: string): Pod =>
    pod(name, name, { owner: { kind: 'ReplicaSet', name: 'livekit-7d9f' } });
  const [lost, old, fresh] = [
    replica('livekit-7d9f-aaaaa'),
    replica('livekit-7d9f-bbbbb'),
    replica('livekit-7d9f-ccccc'),
  ];
  const before = new Set([lost.uid, old.uid]);
  expect(replacementOf(lost, [lost, old], before)).toBeUndefined();
  expect(replacementOf(lost, [old, fresh], before)).toBe(fresh);
  const redis = pod('redis-0', 'r', {
    kind: 'redis',
    owner: { kind: 'ReplicaSet', name: 'livekit-7d9f' },
  });
  expect(replacementOf(lost, [redis], before)).toBeUndefined();
});
