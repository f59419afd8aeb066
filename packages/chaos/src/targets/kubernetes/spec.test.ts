import { expect, it } from 'vitest';
import { type ResolvedKubernetesSpec, readReference, writeReference } from './spec.ts';

const ORDER: ResolvedKubernetesSpec = {
  kubeconfig: '/home/me/.kube/config',
  context: 'prod-eu',
  namespace: 'livekit',
  selectors: { node: 'app in (a, b)', redis: 'app=redis' },
  counts: {
    ...{ node: 3, redis: 1, sentinel: 0, 'load-balancer': 0, turn: 0, 'agent-worker': 0 },
    egress: 0,
  },
  helper: { image: 'registry.example.com/helper:1', namespace: 'helpers' },
};

it('a rollback finds the same pods of the same cluster', () => {
  expect(readReference(JSON.parse(JSON.stringify(writeReference(ORDER))))).toEqual(ORDER);
  const inside = { ...ORDER, kubeconfig: null, helper: null };
  expect(readReference(writeReference(inside))).toEqual(inside);
});

it('an invalid reference is rejected', () => {
  expect(() => readReference({ kind: 'kubernetes', context: 'x' })).toThrow(
    /does not describe the cluster/,
  );
  expect(() => readReference({ kind: 'docker' })).toThrow(/does not describe the cluster/);
});
