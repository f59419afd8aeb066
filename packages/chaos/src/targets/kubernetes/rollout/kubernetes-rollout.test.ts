import { expect, it } from 'vitest';
import type { PlatformRollout } from '../../rollout.ts';
import type { KubernetesClient } from '../client.ts';
import { type Pod, readPod } from '../pods.ts';
import { kubernetesRollout } from './kubernetes-rollout.ts';

/** Grace period of the pods, s: five hours, as in the chart of LiveKit. */
const GRACE_S = 18_000;
const ANNOTATION = 'deployment.kubernetes.io/revision';

const pod = (uid: string, image: string, changes: Partial<Pod> = {}): Pod => ({
  ...readPod({ metadata: { name: `livekit-${uid}`, uid } }, 'node'),
  ...{ running: true, ready: true, image, revision: `livekit-${uid}` },
  owner: { kind: 'ReplicaSet', name: `livekit-${uid}` },
  ...changes,
});

/**
 * Deployment of one pod.
 * @param change its pods after the change of the workload
 */
const deployment = (lifecycle: object, change: readonly Pod[] = []): PlatformRollout => {
  let pods: readonly Pod[] = [pod('1', 'lk:v1')];
  const template = {
    spec: {
      terminationGracePeriodSeconds: GRACE_S,
      containers: [{ name: 'livekit', image: 'lk:v1', lifecycle }],
    },
  };
  const workload = () => ({
    metadata: {
      name: 'livekit',
      generation: 1,
      annotations: { [ANNOTATION]: '1' },
    },
    spec: { replicas: 1, template },
    status: {
      observedGeneration: 1,
      ...{ replicas: pods.length, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    },
  });
  const replicaSet = (revision: string) => ({
    metadata: {
      name: `livekit-${revision}`,
      annotations: { [ANNOTATION]: revision },
      ownerReferences: [{ kind: 'Deployment', name: 'livekit', controller: true }],
    },
    spec: { template },
  });
  const custom = {
    getNamespacedCustomObject: async ({ plural, name }: { plural: string; name: string }) =>
      plural === 'deployments' ? workload() : replicaSet(name.replace('livekit-', '')),
    patchNamespacedCustomObject: async () => {
      pods = change;
    },
    listNamespacedCustomObject: async () => ({ items: [replicaSet('1')] }),
  };
  return kubernetesRollout({
    ...{ client: { custom } as unknown as KubernetesClient, namespace: 'livekit' },
    look: async () => [...pods],
    nodeIdOf: async () => null,
    may: async () => true,
  });
};

const RELEASE = { program: 'lk:v2', config: {}, configFile: null };
const SLEEP = { preStop: { sleep: { seconds: 600 } } };

it.each([
  ['a drain as long as the grace period', {}, GRACE_S],
  ['a drain without the time of a hook that sleeps before SIGTERM', SLEEP, GRACE_S - 600],
  ['no requested drain', {}, null],
])('rolls with %s', async (_, lifecycle, drainS) => {
  const rollout = deployment(lifecycle);
  expect(
    await rollout.missingCapability(RELEASE, drainS === null ? null : drainS * 1_000),
  ).toBeNull();
});

it.each([
  ['no hook', {}, GRACE_S - 1, '5h', '18000s'],
  ['a hook that sleeps', SLEEP, GRACE_S - 601, '4h 50m', '17400s'],
])(
  'refuses a drain that Kubernetes does not end in time: %s',
  async (_, lifecycle, drainS, own, flag) => {
    expect(await deployment(lifecycle).missingCapability(RELEASE, drainS * 1_000)).toBe(
      `Kubernetes drains each pod for up to ${own}, which cannot be shortened: allow that (--drain ${flag}, grace of a drill), or lower terminationGracePeriodSeconds of Deployment livekit first`,
    );
  },
);

it('names the pod that does not become ready, not those that were not changed', async () => {
  const failure = 'ErrImageNeverPull: no such image';
  const broken = pod('2', 'lk:v2', { ready: false, running: false, failure });
  const rolling = deployment({}, [pod('1', 'lk:v1'), broken]).rollAll(RELEASE, {
    ...{ id: 'abcd1234', signal: new AbortController().signal, onStep: () => {} },
  });
  await expect(rolling).rejects.toMatchObject({
    ...{ code: 'rollout_failed', component: 'livekit-2' },
    message: `the rollout stopped: livekit-2 does not become ready: ${failure}`,
  });
});
