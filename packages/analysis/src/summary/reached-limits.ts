import { z } from 'zod';
import type { HostOfNode, ServerNodeSummary } from './server-summary.ts';

/** Resources that a node can lack although its own process does not use them up, in the order of causes. */
export const HOST_RESOURCES = ['conntrack', 'memory', 'allowance', 'steal', 'host_cpu'] as const;
export type HostResource = (typeof HOST_RESOURCES)[number];

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not part of this limit.`);

/** Fields of a limit that a node reached. */
export const reachedLimitShape = {
  node: z.string(),
  resource: z.enum(HOST_RESOURCES),
  share: known('Share that was used, or stolen, from 0 to 1.'),
  limit: known('The whole: bytes of memory, cores of the host.'),
  packets: known('Packets that were dropped, or held back.'),
  others: known('CPU cores that the host used besides livekit-server.'),
  allowances: z.array(z.string()).describe('Allowances that were exceeded.'),
};

export const reachedLimit = z
  .object(reachedLimitShape)
  .meta({ id: 'ReachedLimit', description: 'A limit that a node, or its host, reached.' });
export type ReachedLimit = z.infer<typeof reachedLimit>;

/** Share of the memory limit from which little is left but what the kernel must reclaim first. */
const MEMORY_FULL = 0.9;
/** Share of the table from which new flows are close to being dropped: a few seconds of joins. */
const CONNTRACK_FULL = 0.95;
/** Share of the table from which drops are those of a table that was full between two readings. */
const CONNTRACK_NEARLY_FULL = 0.8;
/** Drops per second that are more than chance, where the share is not known. */
const DROPS_PER_SECOND = 1;
/** Share of stolen CPU time that delays media; the alert LiveKitCPUStolen has the same limit. */
const STOLEN = 0.1;
/** Share of a host's cores from which an average contains seconds without any idle time. */
const HOST_BUSY = 0.9;
/**
 * Packets per second beyond an allowance: bursts of microseconds touch the limits of a healthy host.
 * The alert LiveKitCloudAllowanceExceeded has the same limit.
 */
const BEYOND_ALLOWANCE_PER_SECOND = 1;

type Node = Pick<ServerNodeSummary, 'node' | 'cpuCores' | 'host'>;

/**
 * Limits that nodes reached; of each resource the node that lacked most.
 * @param measuredMs time in which the nodes' packets were counted
 */
export const reachedLimits = (nodes: readonly Node[], measuredMs: number): ReachedLimit[] =>
  HOST_RESOURCES.flatMap((resource) => {
    const reached = nodes.flatMap((node) => limitOf(node, resource, measuredMs) ?? []);
    const [most] = reached.toSorted(
      (a, b) => (b.packets ?? 0) - (a.packets ?? 0) || (b.share ?? 0) - (a.share ?? 0),
    );
    return most ?? [];
  });

/** Resources of which no node has a figure. */
export const unmeasuredResources = (nodes: readonly Node[]): HostResource[] =>
  HOST_RESOURCES.filter((resource) =>
    nodes.every(({ host }) => host === undefined || MEASURED[resource](host) === null),
  );

const MEASURED: Record<HostResource, (host: HostOfNode) => unknown> = {
  conntrack: ({ conntrack }) => conntrack,
  memory: ({ memoryUsed }) => memoryUsed,
  allowance: ({ allowanceExceeded }) => allowanceExceeded,
  steal: ({ steal }) => steal,
  host_cpu: ({ cpuCores }) => cpuCores,
};

const limitOf = (
  { node, cpuCores, host }: Node,
  resource: HostResource,
  measuredMs: number,
): ReachedLimit | null => {
  if (host === undefined) return null;
  const isAtLeast = (packets: number, perSecond: number): boolean =>
    packets > 0 && packets * 1_000 >= perSecond * measuredMs;
  const reached = (figures: Partial<ReachedLimit>): ReachedLimit => ({
    ...{ node, resource, share: null, limit: null, packets: null, others: null, allowances: [] },
    ...figures,
  });
  switch (resource) {
    case 'conntrack': {
      const share = host.conntrack?.max ?? null;
      const packets = host.conntrackDrops ?? 0;
      // The kernel also drops packets for other reasons, as two that begin the same flow.
      const isFull =
        share === null
          ? isAtLeast(packets, DROPS_PER_SECOND)
          : share >= (packets > 0 ? CONNTRACK_NEARLY_FULL : CONNTRACK_FULL);
      return isFull ? reached({ share, packets }) : null;
    }
    case 'memory': {
      const share = host.memoryUsed?.max ?? 0;
      return share >= MEMORY_FULL ? reached({ share, limit: host.memoryLimitBytes }) : null;
    }
    case 'allowance': {
      const packets = host.allowanceExceeded ?? 0;
      return isAtLeast(packets, BEYOND_ALLOWANCE_PER_SECOND)
        ? reached({ packets, allowances: host.allowancesExceeded })
        : null;
    }
    case 'steal': {
      const share = host.steal?.avg ?? 0;
      return share >= STOLEN ? reached({ share }) : null;
    }
    case 'host_cpu': {
      const { cpuCores: used, cores } = host;
      if (used === null || cores === null || cpuCores === null) return null;
      const others = used.avg - cpuCores.avg;
      const share = used.avg / cores;
      // A server that uses most of the host's CPU is itself the cause.
      return share >= HOST_BUSY && others >= cpuCores.avg
        ? reached({ share, limit: cores, others })
        : null;
    }
  }
};
