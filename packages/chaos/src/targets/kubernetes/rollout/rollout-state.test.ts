import { describe, expect, it } from 'vitest';
import { isComplete, whyNotRolled } from './rollout-state.ts';
import type { WorkloadName, WorkloadObject } from './workload.ts';

const SET: WorkloadName = { kind: 'StatefulSet', name: 'livekit' };
const DEPLOYMENT: WorkloadName = { kind: 'Deployment', name: 'livekit' };

const object = (
  spec: Partial<WorkloadObject['spec']> = {},
  status: Partial<WorkloadObject['status']> = {},
): WorkloadObject => ({
  metadata: { name: 'livekit', generation: 4, annotations: {} },
  spec: {
    ...{ replicas: 3, paused: false, revisionHistoryLimit: 10 },
    template: { spec: { containers: [{ name: 'livekit', image: 'lk:1' }] } },
    ...spec,
  },
  status: {
    ...{ observedGeneration: 4, replicas: 3, readyReplicas: 3, updatedReplicas: 3 },
    ...{ availableReplicas: 3, currentRevision: 'a', updateRevision: 'a' },
    ...status,
  },
});

describe('a rollout', () => {
  it('is complete when the controller has seen it, and all pods are new and ready', () => {
    for (const name of [SET, DEPLOYMENT]) {
      expect(isComplete(name, object())).toBe(true);
      expect(isComplete(name, object({}, { observedGeneration: 3 }))).toBe(false);
      expect(isComplete(name, object({}, { updatedReplicas: 2 }))).toBe(false);
    }
    expect(isComplete(SET, object({}, { readyReplicas: 2 }))).toBe(false);
    expect(isComplete(SET, object({}, { updateRevision: 'b' }))).toBe(false);
    // A surge that is still there.
    expect(isComplete(DEPLOYMENT, object({}, { replicas: 4 }))).toBe(false);
    expect(isComplete(DEPLOYMENT, object({}, { availableReplicas: 2 }))).toBe(false);
  });

  it('is refused where the controller would not roll all pods', () => {
    expect(whyNotRolled(SET, object(), [])).toBeNull();
    expect(whyNotRolled(DEPLOYMENT, object({ paused: true }), [])).toMatch(/is paused/);
    expect(whyNotRolled(SET, object({ updateStrategy: { type: 'OnDelete' } }), [])).toMatch(
      /rolls nothing on its own/,
    );
    expect(
      whyNotRolled(SET, object({ updateStrategy: { rollingUpdate: { partition: 2 } } }), []),
    ).toMatch(/partition of 2/);
    expect(whyNotRolled(SET, object({}, { readyReplicas: 2 }), [])).toMatch(/in progress/);
  });
});
