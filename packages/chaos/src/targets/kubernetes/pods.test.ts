import { describe, expect, it, vi } from 'vitest';
import type { KubernetesClient } from './client.ts';
import { createNodeIds, type Pod, readPod, stateOf } from './pods.ts';

const pod = (name: string, changes: Partial<Pod> = {}): Pod => ({
  name,
  uid: `uid of ${name}`,
  kind: 'node',
  host: 'm1',
  terminating: false,
  running: true,
  ready: true,
  hostNetwork: true,
  cpuLimit: null,
  image: 'livekit/livekit-server:v1.13.4',
  owner: { kind: 'StatefulSet', name: 'livekit' },
  containerId: 'containerd://1',
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

const replica = (name: string, changes: Partial<Pod> = {}): Pod =>
  pod(name, { owner: { kind: 'ReplicaSet', name: 'livekit-7d9f' }, ...changes });

describe('a pod', () => {
  it('is read from the Kubernetes API', () => {
    const read = readPod(
      {
        metadata: {
          name: 'livekit-0',
          uid: 'u1',
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Other', name: 'x', uid: '1' },
            {
              apiVersion: 'apps/v1',
              kind: 'StatefulSet',
              name: 'livekit',
              uid: '2',
              controller: true,
            },
          ],
        },
        spec: {
          nodeName: 'm1',
          hostNetwork: true,
          containers: [
            {
              name: 'livekit',
              image: 'livekit/livekit-server:v1.13.4',
              ports: [{ name: 'metrics', containerPort: 6789 }],
            },
          ],
        },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [
            {
              name: 'livekit',
              image: '',
              imageID: '',
              ready: true,
              restartCount: 0,
              containerID: 'containerd://abc',
              state: { running: {} },
            },
          ],
        },
      },
      'node',
    );
    expect(read).toEqual(
      pod('livekit-0', {
        uid: 'u1',
        containerId: 'containerd://abc',
        metricsPort: 6789,
        ports: [6789],
      }),
    );
  });

  it('has the message of the cluster about its failure to run', () => {
    const unscheduled = readPod(
      {
        status: {
          conditions: [
            { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' },
          ],
        },
      },
      'node',
    );
    expect(unscheduled).toMatchObject({
      running: false,
      ready: false,
      host: null,
      problem: '0/3 nodes are available',
    });
    const waiting = readPod(
      {
        status: {
          containerStatuses: [
            {
              name: 'livekit',
              image: '',
              imageID: '',
              ready: false,
              restartCount: 3,
              state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            },
          ],
        },
      },
      'node',
    );
    expect(waiting).toMatchObject({ running: false, containerId: null, problem: 'back-off 40s' });
  });
});

describe('a pod is ready again', () => {
  it('in a StatefulSet: the one of that name', () => {
    const others = [pod('livekit-0'), pod('livekit-2')];
    expect(stateOf('livekit-1', 'node', others, 3).ready).toBe(false);
    expect(
      stateOf('livekit-1', 'node', [...others, pod('livekit-1', { terminating: true })], 3).ready,
    ).toBe(false);
    expect(
      stateOf('livekit-1', 'node', [...others, pod('livekit-1', { ready: false })], 3).ready,
    ).toBe(false);
    expect(stateOf('livekit-1', 'node', [...others, pod('livekit-1')], 3).ready).toBe(true);
    // The state of another component is not considered.
    expect(
      stateOf('livekit-0', 'node', [pod('livekit-0'), pod('livekit-1', { ready: false })], 3).ready,
    ).toBe(true);
  });

  it('in a Deployment: when there are as many as before', () => {
    const [a, b] = [replica('livekit-7d9f-aaaaa'), replica('livekit-7d9f-bbbbb')];
    expect(stateOf('livekit-7d9f-gone1', 'node', [a, b], 3).ready).toBe(false);
    expect(
      stateOf(
        'livekit-7d9f-gone1',
        'node',
        [a, b, replica('livekit-7d9f-ccccc', { ready: false })],
        3,
      ).ready,
    ).toBe(false);
    expect(
      stateOf('livekit-7d9f-gone1', 'node', [a, b, replica('livekit-7d9f-ccccc')], 3).ready,
    ).toBe(true);
    // The old pod still exists.
    expect(stateOf('livekit-7d9f-aaaaa', 'node', [a], 3).ready).toBe(true);
  });

  it('never without a pod of its kind', () => {
    expect(stateOf('redis-0', 'redis', [pod('livekit-0')], 1)).toEqual({
      ready: false,
      problem: null,
    });
  });

  it('otherwise with the reason', () => {
    const stuck = pod('livekit-1', { ready: false, problem: 'no host' });
    expect(stateOf('livekit-1', 'node', [stuck], 1)).toEqual({
      ready: false,
      problem: 'no host',
    });
  });
});

it('the node ID of a pod is read from its metrics when its log does not answer in time', async () => {
  vi.useFakeTimers();
  try {
    const core = {
      readNamespacedPodLog: () => new Promise(() => {}),
      connectGetNamespacedPodProxyWithPath: async ({ name }: { name: string }) =>
        name === 'livekit-0:6789' ? 'livekit_room_total{node_id="ND_abc"} 1' : '',
    };
    const nodeIdOf = createNodeIds({ core } as unknown as KubernetesClient, 'livekit');
    const id = nodeIdOf(pod('livekit-0', { metricsPort: 6789 }));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await id).toBe('ND_abc');
  } finally {
    vi.useRealTimers();
  }
});
