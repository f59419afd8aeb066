import type { NodeStep } from '@livekit-swarm/record';
import type { RolloutStep } from '../../rollout.ts';
import type { Pod } from '../pods.ts';
import { versionOfImage } from './images.ts';

/** Steps of nodes, made of what the cluster shows of their pods. */
export interface PodSteps {
  /**
   * Reports what has changed since the last call.
   * @param now monotonic time, ms
   */
  see(pods: readonly Pod[], now: number): Promise<void>;
  /** Time of the last step, ms. */
  readonly lastAt: number;
}

interface SeenPod {
  pod: Pod;
  nodeId: string | null;
  /** True for a pod that existed before the rollout. */
  isOld: boolean;
  /** End of its grace period, ms; infinite: it is not terminating. */
  cutAt: number;
  steps: Set<NodeStep>;
}

export interface PodStepsOptions {
  /** Pods before the rollout. */
  before: readonly Pod[];
  nodeIdOf(pod: Pod): Promise<string | null>;
  onStep(step: RolloutStep): void;
  now: number;
}

/**
 * Time to the next look at most, ms. Calls are cut between two looks: the step is reported before,
 * because an interruption counts from a step that is not later.
 */
const LOOK_MS = 400;

export const createPodSteps = async ({
  before,
  nodeIdOf,
  onStep,
  now: startedAt,
}: PodStepsOptions): Promise<PodSteps> => {
  const seen = new Map<string, SeenPod>();
  let lastAt = startedAt;
  const add = async (pod: Pod, isOld: boolean): Promise<SeenPod> => {
    const one = {
      pod,
      nodeId: await nodeIdOf(pod),
      isOld,
      cutAt: Number.POSITIVE_INFINITY,
      steps: new Set<NodeStep>(),
    };
    seen.set(pod.uid, one);
    return one;
  };
  for (const pod of before) await add(pod, true);

  return {
    see: async (pods, now) => {
      const report = (one: SeenPod, step: NodeStep, version: string | null = null): void => {
        if (one.steps.has(step)) return;
        one.steps.add(step);
        lastAt = now;
        onStep({
          component: one.pod.name,
          step,
          nodeId: one.nodeId,
          version,
          detail: step === 'check_failed' ? one.pod.failure : null,
        });
      };
      for (const pod of pods) {
        const one = seen.get(pod.uid) ?? (await add(pod, false));
        one.pod = pod;
        if (pod.running) one.nodeId ??= await nodeIdOf(pod);
        const version = versionOfImage(pod.image);
        if (!one.isOld && pod.running) report(one, 'starting', version);
        if (!one.isOld && pod.ready) report(one, 'ready', version);
        if (!one.isOld && pod.failure !== null && !pod.terminating) report(one, 'check_failed');
        if (!pod.terminating) continue;
        // The kubelet does not shorten a grace period that has begun.
        if (!one.steps.has('draining')) one.cutAt = now + (pod.graceSeconds ?? 0) * 1_000;
        report(one, 'draining');
        if (now >= one.cutAt - LOOK_MS) report(one, 'cutting');
      }
      for (const [uid, one] of seen) {
        if (one.steps.has('stopped') || pods.some((pod) => pod.uid === uid)) continue;
        if (now >= one.cutAt) report(one, 'cutting');
        // A pod may be terminated and gone between two looks.
        if (one.steps.has('draining') || one.isOld) report(one, 'stopped');
      }
    },
    get lastAt() {
      return lastAt;
    },
  };
};
