import { expect, it } from 'vitest';
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
 * Deployment of one pod, whose controller replaces the pod after the patch, and deletes it with its
 * own grace period.
 */
const fakeDeployment = (lifecycle: object) => {
  const template = {
    spec: {
      terminationGracePeriodSeconds: GRACE_S,
      containers: [{ name: 'livekit', image: 'lk:v1', lifecycle }],
    },
  };
  const deletions: (number | undefined)[] = [];
  let isPatched = false;
  const workload = () => ({
    metadata: {
      name: 'livekit',
      generation: isPatched ? 2 : 1,
      annotations: { [ANNOTATION]: isPatched ? '2' : '1' },
    },
    spec: { replicas: 1, template },
    status: {
      observedGeneration: isPatched ? 2 : 1,
      ...{ replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
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
    listNamespacedCustomObject: async () => ({ items: [replicaSet('1'), replicaSet('2')] }),
    patchNamespacedCustomObject: async () => {
      isPatched = true;
    },
  };
  const core = {
    deleteNamespacedPod: async ({ body }: { body: { gracePeriodSeconds?: number } }) => {
      deletions.push(body.gracePeriodSeconds);
    },
  };
  const look = async (): Promise<Pod[]> => {
    if (!isPatched) return [pod('1', 'lk:v1')];
    const next = pod('2', 'lk:v2');
    // The old pod is gone once its grace period was shortened.
    return deletions.length > 0
      ? [next]
      : [next, pod('1', 'lk:v1', { terminating: true, ready: false, graceSeconds: GRACE_S })];
  };
  return { client: { core, custom } as unknown as KubernetesClient, look, deletions };
};

it.each([
  ['no hook', {}, 10],
  ['a sleep of 20 s before SIGTERM', { preStop: { sleep: { seconds: 20 } } }, 30],
  ['a hook of unknown length', { preStop: { exec: { command: ['drain'] } } }, 10],
])('a drain of 10 s has its whole time after SIGTERM with %s', async (_, lifecycle, seconds) => {
  const { client, look, deletions } = fakeDeployment(lifecycle);
  const rollout = kubernetesRollout({
    ...{ client, look, namespace: 'livekit' },
    nodeIdOf: async () => null,
    may: async () => true,
  });
  await rollout.rollAll(
    { program: 'lk:v2', config: {}, configFile: null },
    {
      ...{ id: 'abcd1234', drainMs: 10_000, onStep: () => {} },
      signal: AbortSignal.timeout(10_000),
    },
  );
  // One deletion, and with the hook counted once.
  expect(deletions).toEqual([seconds]);
});
