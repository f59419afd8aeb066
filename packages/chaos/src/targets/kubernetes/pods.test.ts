import { describe, expect, it } from 'vitest';
import { type Pod, readPod, stateOf } from './pods.ts';

const pod = (name: string, changes: Partial<Pod> = {}): Pod => ({
  name,
  uid: `uid of ${name}`,
  kind: 'node',
  machine: 'm1',
  terminating: false,
  running: true,
  ready: true,
  hostNetwork: true,
  owner: { kind: 'StatefulSet', name: 'livekit' },
  containerId: 'containerd://1',
  metricsPort: null,
  trouble: null,
  ...changes,
});

const replica = (name: string, changes: Partial<Pod> = {}): Pod =>
  pod(name, { owner: { kind: 'ReplicaSet', name: 'livekit-7d9f' }, ...changes });

describe('a pod', () => {
  it('is read as the API server has it', () => {
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
          containers: [{ name: 'livekit', ports: [{ name: 'metrics', containerPort: 6789 }] }],
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
      pod('livekit-0', { uid: 'u1', containerId: 'containerd://abc', metricsPort: 6789 }),
    );
  });

  it('says in the words of the cluster why it does not run', () => {
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
      machine: null,
      trouble: '0/3 nodes are available',
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
    expect(waiting).toMatchObject({ running: false, containerId: null, trouble: 'back-off 40s' });
  });
});

describe('whether a pod serves again', () => {
  it('of a set whose names stay, it is the one of that name', () => {
    const others = [pod('livekit-0'), pod('livekit-2')];
    expect(stateOf('livekit-1', 'node', others, 3).serves).toBe(false);
    expect(
      stateOf('livekit-1', 'node', [...others, pod('livekit-1', { terminating: true })], 3).serves,
    ).toBe(false);
    expect(
      stateOf('livekit-1', 'node', [...others, pod('livekit-1', { ready: false })], 3).serves,
    ).toBe(false);
    expect(stateOf('livekit-1', 'node', [...others, pod('livekit-1')], 3).serves).toBe(true);
    // Another that does not serve is none of its business.
    expect(
      stateOf('livekit-0', 'node', [pod('livekit-0'), pod('livekit-1', { ready: false })], 3)
        .serves,
    ).toBe(true);
  });

  it('of others, there are as many as there were', () => {
    const [a, b] = [replica('livekit-7d9f-aaaaa'), replica('livekit-7d9f-bbbbb')];
    expect(stateOf('livekit-7d9f-gone1', 'node', [a, b], 3).serves).toBe(false);
    expect(
      stateOf(
        'livekit-7d9f-gone1',
        'node',
        [a, b, replica('livekit-7d9f-ccccc', { ready: false })],
        3,
      ).serves,
    ).toBe(false);
    expect(
      stateOf('livekit-7d9f-gone1', 'node', [a, b, replica('livekit-7d9f-ccccc')], 3).serves,
    ).toBe(true);
    // It has not even gone.
    expect(stateOf('livekit-7d9f-aaaaa', 'node', [a], 3).serves).toBe(true);
  });

  it('where there is none of its kind, none does', () => {
    expect(stateOf('redis-0', 'redis', [pod('livekit-0')], 1)).toEqual({
      serves: false,
      trouble: null,
    });
  });

  it('and why not', () => {
    const stuck = pod('livekit-1', { ready: false, trouble: 'no machine' });
    expect(stateOf('livekit-1', 'node', [stuck], 1)).toEqual({
      serves: false,
      trouble: 'no machine',
    });
  });
});
