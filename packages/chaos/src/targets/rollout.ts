/**
 * Change of what LiveKit's nodes run, and its rollback. A platform either changes one node at a
 * time, as the drill asks (`NodeRollout` in platform.ts), or rolls all nodes on its own
 * (`PlatformRollout`).
 */
import type { NodeStep } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Release of a node. It is in the journal and in the record, and so contains no secret. */
export const releaseSchema = z.object({
  /** Version, path of a livekit-server, or image; null: the program stays. */
  program: z.string().nullable(),
  /** Settings that are merged over those of a lab's node; empty: none. */
  config: z.record(z.string(), z.unknown()),
  /** Configuration file on this host that replaces that of the node; null: it stays. */
  configFile: z.string().nullable(),
});

export type Release = z.infer<typeof releaseSchema>;

/** Reports progress of a preparation, and ends it. */
export interface Preparation {
  onProgress(line: string): void;
  signal: AbortSignal;
}

/** Step of a rollout that the platform performs, as observed. */
export interface RolloutStep {
  /** Name of the pod or container. */
  component: string;
  step: NodeStep;
  /** LiveKit's ID of the node; null: unknown. */
  nodeId: string | null;
  /** Version or image from this step on; null: unchanged or unknown. */
  version: string | null;
  /** Reason of `check_failed`; otherwise null. */
  detail: string | null;
}

/** Disruption budget: a number of pods, or a share; null: not given. */
export interface DisruptionBudget {
  name: string;
  minAvailable: number | string | null;
  maxUnavailable: number | string | null;
}

/** Settings of a workload by which its platform rolls it. */
export interface RolloutFacts {
  /** Kind and name: `StatefulSet livekit`. */
  workload: string;
  replicas: number;
  image: string;
  /** Pods above and below the number of replicas, as a number or a share; null: not given. */
  maxSurge: number | string | null;
  maxUnavailable: number | string | null;
  /** First pod that is rolled; null: the workload has no partition. */
  partition: number | null;
  /** Time between SIGTERM and SIGKILL, s. */
  terminationGraceSeconds: number;
  /** True: a hook runs before SIGTERM. */
  hasPreStop: boolean;
  /** True: a probe decides when a pod is ready. */
  hasReadinessProbe: boolean;
  /** Disruption budgets of the namespace; null: no permission to read them. */
  budgets: readonly DisruptionBudget[] | null;
}

/** Platform that rolls all nodes on its own, such as Kubernetes. Every call may be repeated. */
export interface PlatformRollout {
  readonly by: 'platform';
  /** Version or image that the nodes run; null: they differ, or it is unknown. */
  present(): Promise<string | null>;
  /** Settings by which it rolls; null: nothing rolls the nodes. */
  facts(): Promise<RolloutFacts | null>;
  /**
   * Reason for which it cannot roll to this release, or could not return; null: it can do both.
   * Changes nothing.
   * @param drainMs longest drain of a node, ms; null: as long as the platform drains
   */
  missingCapability(release: Release, drainMs: number | null): Promise<string | null>;
  /**
   * Rolls all nodes; resolves when every node runs the release and is ready.
   * @throws SwarmError `rollout_failed` when a node does not become ready, or the rollout stops
   */
  rollAll(release: Release, options: RollAllOptions): Promise<void>;
  /** Rolls back to what ran before; resolves when every node is ready. */
  undo(id: string, options: Omit<RollAllOptions, 'id'>): Promise<void>;
  /** Makes the change permanent. */
  keep(id: string): Promise<void>;
}

export interface RollAllOptions {
  /** Id of the injection, for what `undo` must find. */
  id: string;
  /** Aborted: stop after the present node. */
  signal: AbortSignal;
  /** Receives each observed step. */
  onStep(step: RolloutStep): void;
}

/** End of a rollout of the platform that did not reach all nodes. */
export class RolloutFailure extends SwarmError {
  /** Name of the pod that does not become ready; null: no single one. */
  readonly component: string | null;

  constructor(why: string, component: string | null = null) {
    super('rollout_failed', `the rollout stopped: ${why}`, 'see "kubectl rollout status"');
    this.component = component;
  }
}
