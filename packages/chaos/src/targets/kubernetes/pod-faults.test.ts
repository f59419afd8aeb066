import { describe, expect, it } from 'vitest';
import { readCpuQuantity } from './cpu-quantity.ts';
import { podFaultObject, whyUnsupportedByPod } from './pod-faults.ts';

const PLACE = { name: 'swarm-abcd1234-livekit-0', pod: 'livekit-0', namespace: 'livekit' };
const CPU = { type: 'cpu', cores: 0.5 } as const;

describe('the Chaos Mesh object of a fault on a pod', () => {
  it('takes CPU within the limit of the pod, and leaves the rest', () => {
    expect(podFaultObject(PLACE, CPU, 2, 70_000)).toEqual({
      apiVersion: 'chaos-mesh.org/v1alpha1',
      kind: 'StressChaos',
      metadata: {
        name: 'swarm-abcd1234-livekit-0',
        namespace: 'livekit',
        labels: { 'app.kubernetes.io/managed-by': 'livekit-swarm' },
      },
      spec: {
        mode: 'all',
        selector: { pods: { livekit: ['livekit-0'] } },
        duration: '70s',
        stressors: { cpu: { workers: 2, load: 75 } },
      },
    });
  });

  it('keeps the containers down until it ends', () => {
    expect(podFaultObject(PLACE, { type: 'down' }, null, null)).toMatchObject({
      kind: 'PodChaos',
      spec: { action: 'pod-failure', duration: '3600s' },
    });
  });

  it('is not made without a CPU limit', () => {
    expect(() => podFaultObject(PLACE, CPU, null, null)).toThrow('no CPU limit above 0.5 cores');
  });
});

it('names the pods whose CPU cannot be taken', () => {
  const name = 'livekit-0';
  expect(whyUnsupportedByPod(CPU, { name, cpuLimit: null })).toMatch(/no CPU limit/);
  expect(whyUnsupportedByPod(CPU, { name, cpuLimit: 0.5 })).toMatch(/must be less/);
  expect(whyUnsupportedByPod(CPU, { name, cpuLimit: 1 })).toBeNull();
  expect(whyUnsupportedByPod({ type: 'down' }, { name, cpuLimit: null })).toBeNull();
});

it.each([
  ['2', 2],
  ['0.5', 0.5],
  ['1500m', 1.5],
  ['100u', 0.0001],
  ['', null],
  ['two', null],
])('reads the CPU quantity %j', (text, cores) => {
  expect(readCpuQuantity(text)).toBe(cores);
});
