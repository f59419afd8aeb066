/** Messages between a drill and the helper of a Kubernetes node: one JSON object per line. */
import { EFFECT_FINDINGS } from '@livekit-swarm/record';
import { z } from 'zod';

/** Version of the messages: the image of a helper may be that of another release. */
export const HELPER_PROTOCOL = 1;

/** Time without a message of its drill after which a helper undoes everything and ends, s. */
export const HEARTBEAT_TIMEOUT_S = 20;
/** Interval of heartbeats, ms: several are lost before the helper ends. */
export const HEARTBEAT_EVERY_MS = 4_000;

const networkFault = z.object({
  type: z.literal('network'),
  protocol: z.enum(['udp', 'tcp', 'both']),
  /** Direction, as seen from the pod. */
  direction: z.enum(['in', 'out', 'both']),
  loss: z.number().exactOptional(),
  burst: z.number().exactOptional(),
  delayMs: z.number().exactOptional(),
  jitterMs: z.number().exactOptional(),
  reorder: z.number().exactOptional(),
  rateBps: z.number().exactOptional(),
  queueMs: z.number().exactOptional(),
  /** True: all flows share a rate. */
  shared: z.boolean().exactOptional(),
  /** TCP ports of the only peer that is affected; null: all packets are. */
  peerPorts: z.array(z.int()).nullable(),
});

export type HelperNetworkFault = z.infer<typeof networkFault>;

export const helperFault = z.discriminatedUnion('type', [
  networkFault,
  /** Limit of CPU time, cores. */
  z.object({ type: z.literal('cpu'), cores: z.number().positive() }),
  /** Memory in addition to that at the injection. */
  z.object({ type: z.literal('memory'), megabytes: z.int().positive() }),
  z.object({ type: z.literal('hang') }),
]);

/** Fault of the processes of one pod, and of nothing else on their host. */
export type HelperFault = z.infer<typeof helperFault>;

const podTarget = z.object({
  /** Name of the pod. */
  pod: z.string(),
  /** ID of its container, as the kubelet reports it: `containerd://1f3a…`. */
  containerId: z.string(),
});

/** Pod on the host of a helper. */
export type PodTarget = z.infer<typeof podTarget>;

/** `request`: ID that its reply repeats. */
const asked = z.object({ request: z.string() });

export const helperRequest = z.discriminatedUnion('op', [
  z.object({ op: z.literal('heartbeat') }),
  asked.extend({ op: z.literal('hello') }),
  /** Asks whether a fault can be injected; changes nothing that affects the pod. */
  asked.extend({ op: z.literal('check'), target: podTarget, fault: helperFault }),
  asked.extend({
    op: z.literal('inject'),
    /** ID of the injection. */
    id: z.string().regex(/^[a-z0-9]{8}$/),
    target: podTarget,
    fault: helperFault,
    /** Time after which the helper undoes it, s. */
    seconds: z.int().positive(),
  }),
  asked.extend({ op: z.literal('find'), id: z.string(), pod: z.string() }),
  asked.extend({ op: z.literal('undo'), id: z.string() }),
  /** Undoes everything; the helper ends after its reply. */
  asked.extend({ op: z.literal('end') }),
]);

export type HelperRequest = z.infer<typeof helperRequest>;
/** A request that is answered. */
export type AnsweredRequest = Exclude<HelperRequest, { op: 'heartbeat' }>;

export const helperReply = z.object({
  /** ID of the request. */
  reply: z.string(),
  protocol: z.int(),
  /** Reason for which the request was not fulfilled; null: it was. */
  why: z.string().nullable(),
  /** Finding of `find`; null: the effect is present. */
  found: z.enum(EFFECT_FINDINGS).nullable(),
});

export type HelperReply = z.infer<typeof helperReply>;
