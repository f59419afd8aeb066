import { z } from 'zod';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  invalidReference,
  type PlatformReference,
} from '../platform.ts';

/** Which pods of which cluster. */
export interface KubernetesSpec {
  /** File of a kubeconfig. Default: as kubectl (KUBECONFIG, ~/.kube/config, a pod's service account). */
  kubeconfig?: string;
  /** Of the kubeconfig. Default: its current one. */
  context?: string;
  namespace: string;
  /** Label selectors of the pods of each kind. Default: those of examples/kubernetes and of LiveKit's chart. */
  selectors?: Partial<Record<ComponentKind, string>>;
}

/** Nothing is left to defaults, so that a rollback finds the same cluster. */
export interface ResolvedKubernetesSpec {
  /** Null: the service account of the pod that this runs in. */
  kubeconfig: string | null;
  context: string;
  namespace: string;
  selectors: Partial<Record<ComponentKind, string>>;
  /** Number of pods of each kind at the start, which a rollback restores. */
  counts: Record<ComponentKind, number>;
}

export const DEFAULT_SELECTORS: Partial<Record<ComponentKind, string>> = {
  // The second is from LiveKit's own chart.
  node: 'app.kubernetes.io/name in (livekit, livekit-server)',
  redis: 'app.kubernetes.io/name=redis',
};

export const writeReference = ({
  kubeconfig,
  context,
  namespace,
  selectors,
  counts,
}: ResolvedKubernetesSpec): PlatformReference => ({
  kind: 'kubernetes',
  context,
  namespace,
  ...(kubeconfig === null ? {} : { kubeconfig }),
  // Flat, as references are.
  ...Object.fromEntries(
    Object.entries(selectors).map(([kind, selector]) => [`${kind}Selector`, selector]),
  ),
  ...Object.fromEntries(COMPONENT_KINDS.map((kind) => [`${kind}Count`, counts[kind]])),
});

const reference = z.object({
  kind: z.literal('kubernetes'),
  kubeconfig: z.string().optional(),
  context: z.string(),
  namespace: z.string(),
  nodeSelector: z.string().optional(),
  redisSelector: z.string().optional(),
  'load-balancerSelector': z.string().optional(),
  turnSelector: z.string().optional(),
  nodeCount: z.int().min(0),
  redisCount: z.int().min(0),
  'load-balancerCount': z.int().min(0),
  turnCount: z.int().min(0),
});

/** @throws SwarmError `invalid_reference` */
export const readReference = (given: PlatformReference): ResolvedKubernetesSpec => {
  const read = reference.safeParse(given);
  if (!read.success) {
    throw invalidReference('the cluster');
  }
  const { kubeconfig = null, context, namespace } = read.data;
  const selectors: ResolvedKubernetesSpec['selectors'] = {};
  for (const kind of COMPONENT_KINDS) {
    const selector = read.data[`${kind}Selector`];
    if (selector !== undefined) selectors[kind] = selector;
  }
  const {
    nodeCount: node,
    redisCount: redis,
    'load-balancerCount': loadBalancer,
    turnCount: turn,
  } = read.data;
  return {
    kubeconfig,
    context,
    namespace,
    selectors,
    counts: { node, redis, 'load-balancer': loadBalancer, turn },
  };
};
