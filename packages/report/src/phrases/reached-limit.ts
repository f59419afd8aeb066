import type { HostResource, ReachedLimit } from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes, formatShare } from '../format.ts';

/** Clause on a limit that a node, or its host, reached: `node node-1 used 97 % of its memory of 200 MB`. */
export const reachedLimitText = ({
  node,
  resource,
  share,
  limit,
  packets,
  others,
  allowances,
}: ReachedLimit): string => {
  const part = formatShare(share === null ? null : Math.round(share * 1_000) / 1_000);
  const count = plural(Math.round(packets ?? 0), 'packet');
  switch (resource) {
    case 'memory':
      return `node ${node} used ${part} of its memory${limit === null ? '' : ` of ${formatBytes(limit)}`}`;
    case 'conntrack': {
      const full = `the table of tracked connections of node ${node} was ${part} full`;
      if ((packets ?? 0) === 0) return full;
      return `${share === null ? `the table of tracked connections of node ${node} was full` : full}, and its kernel dropped ${count}`;
    }
    case 'allowance':
      return `the cloud provider held back or dropped ${count} of node ${node} (${allowances.join(', ')})`;
    case 'steal':
      return `the hypervisor gave ${part} of the CPU time of node ${node} to other guests`;
    case 'host_cpu':
      return `other programs on the host of node ${node} used ${formatNumber(Math.round((others ?? 0) * 10) / 10)} of its ${plural(limit ?? 0, 'core')}`;
  }
};

/** Next step for each resource. */
export const REMEDIES: Readonly<Record<HostResource, string>> = {
  memory: 'Give the node more memory, or fewer rooms',
  conntrack:
    'Raise net.netfilter.nf_conntrack_max on the host, or exempt the media ports from tracking',
  allowance: 'Use a larger instance type, or more nodes',
  steal: 'Use instances whose cores are their own',
  host_cpu: 'Move the other programs to another host',
};

const NAMES: Readonly<Record<HostResource, string>> = {
  memory: 'memory',
  conntrack: 'tracked connections',
  allowance: 'cloud allowances',
  steal: 'steal',
  host_cpu: 'CPU of the host',
};

/** Names of resources, as a list: `steal, tracked connections`. */
export const resourceNames = (resources: readonly HostResource[]): string =>
  resources.map((resource) => NAMES[resource]).join(', ');
