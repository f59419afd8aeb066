import { z } from 'zod';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  invalidReference,
  type PlatformReference,
} from '../platform.ts';

/** Pods of a deployment, and their cluster. */
export interface KubernetesSpec {
  /**
   * Path of a kubeconfig. Default: as for kubectl (KUBECONFIG, ~/.kube/config, a pod's service
   * account).
   */
  kubeconfig?: string;
  /** Context of the kubeconfig. Default: its current one. */
  context?: string;
  namespace: string;
  /**
   * Label selectors of the pods of each kind. Default: those of examples/kubernetes and of
   * LiveKit's chart.
   */
  selectors?: Partial<Record<ComponentKind, string>>;
  /** Helper pods for faults of pods on the host network. Default: none. */
  helper?: HelperSettings;
}

const helperSettings = z.object({
  /** Image with `swarm` as its entry point, and nft. */
  image: z.string(),
  /** Namespace of the helpers, which must permit privileged pods. */
  namespace: z.string(),
});

/** Helpers of a deployment, as the user permits them. */
export type HelperSettings = z.infer<typeof helperSettings>;

const resolvedSpec = z.object({
  /** Path of the kubeconfig; null: the service account of the pod of this process. */
  kubeconfig: z.string().nullable(),
  context: z.string(),
  namespace: z.string(),
  selectors: z.partialRecord(z.enum(COMPONENT_KINDS), z.string()),
  /** Number of pods of each kind at the start, which a rollback restores. */
  // An older journal lacks newer kinds.
  counts: z.record(z.enum(COMPONENT_KINDS), z.int().min(0).default(0)),
  /** Helpers of the drill; null: none. */
  helper: helperSettings.nullable().default(null),
});

/** Specification without defaults, so that a rollback finds the same cluster. */
export type ResolvedKubernetesSpec = z.infer<typeof resolvedSpec>;

export const DEFAULT_SELECTORS: Partial<Record<ComponentKind, string>> = {
  // LiveKit's own chart uses the second name.
  node: 'app.kubernetes.io/name in (livekit, livekit-server)',
  redis: 'app.kubernetes.io/name=redis',
};

export const writeReference = (spec: ResolvedKubernetesSpec): PlatformReference => ({
  kind: 'kubernetes',
  ...spec,
});

/** @throws SwarmError `invalid_reference` */
export const readReference = (reference: PlatformReference): ResolvedKubernetesSpec => {
  const read = resolvedSpec.safeParse(reference);
  if (read.success) return read.data;
  throw invalidReference('the cluster', read.error);
};
