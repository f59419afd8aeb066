import { expect, it } from 'vitest';
import { rolloutFacts } from './rollout-facts.ts';
import type { WorkloadObject } from './workload.ts';

const object = (spec: Partial<WorkloadObject['spec']>): WorkloadObject => ({
  metadata: { name: 'livekit', generation: 1, annotations: {} },
  spec: {
    ...{ replicas: 3, paused: false, revisionHistoryLimit: 10 },
    template: {
      spec: {
        terminationGracePeriodSeconds: 18_000,
        containers: [{ name: 'a', image: 'lk:1', readinessProbe: {}, lifecycle: { preStop: {} } }],
      },
    },
    ...spec,
  },
  status: {
    ...{ observedGeneration: 1, replicas: 3, readyReplicas: 3 },
    ...{ updatedReplicas: 3, availableReplicas: 3 },
  },
});

it('the settings of a workload are those that its controller uses', () => {
  expect(
    rolloutFacts(
      { kind: 'Deployment', name: 'livekit' },
      object({ strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } }),
      [{ name: 'livekit', minAvailable: null, maxUnavailable: 1 }],
    ),
  ).toEqual({
    workload: 'Deployment livekit',
    replicas: 3,
    image: 'lk:1',
    maxSurge: '25%',
    maxUnavailable: 0,
    partition: null,
    terminationGraceSeconds: 18_000,
    hasPreStop: true,
    hasReadinessProbe: true,
    budgets: [{ name: 'livekit', minAvailable: null, maxUnavailable: 1 }],
  });
  expect(
    rolloutFacts(
      { kind: 'StatefulSet', name: 'livekit' },
      object({
        updateStrategy: { rollingUpdate: { partition: 0 } },
        template: { spec: { containers: [{ name: 'a', image: 'lk:1' }] } },
      }),
      null,
    ),
  ).toMatchObject({
    ...{ maxSurge: null, maxUnavailable: 1, partition: 0, terminationGraceSeconds: 30 },
    ...{ hasPreStop: false, hasReadinessProbe: false, budgets: null },
  });
});
