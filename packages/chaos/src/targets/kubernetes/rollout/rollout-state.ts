import type { Pod } from '../pods.ts';
import type { WorkloadName, WorkloadObject } from './workload.ts';

/** Returns true when the controller has rolled all pods, and all are ready (`kubectl rollout status`). */
export const isComplete = (
  { kind }: WorkloadName,
  { metadata, spec, status }: WorkloadObject,
): boolean => {
  const { replicas } = spec;
  if (status.observedGeneration < metadata.generation) return false;
  if (kind === 'StatefulSet')
    return (
      status.updatedReplicas === replicas &&
      status.readyReplicas === replicas &&
      status.currentRevision === status.updateRevision
    );
  return (
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas
  );
};

/** Reason for which the controller would not roll all pods; null: it would. */
export const whyNotRolled = (
  name: WorkloadName,
  object: WorkloadObject,
  pods: readonly Pod[],
): string | null => {
  const { spec } = object;
  const label = `${name.kind} ${name.name}`;
  if (spec.paused) return `${label} is paused (spec.paused)`;
  if (spec.updateStrategy?.type === 'OnDelete')
    return `${label} rolls nothing on its own (updateStrategy: OnDelete)`;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0)
    return `${label} has a partition of ${partition}: pods below it would keep the old revision`;
  if (!isComplete(name, object))
    return `a rollout of ${label} is in progress, or its pods are not ready`;
  const idle = pods.find(({ ready }) => !ready);
  return idle === undefined ? null : `${idle.name} is not ready`;
};
