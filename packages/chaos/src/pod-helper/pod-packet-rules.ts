import type { SocketGroup } from './pod-container.ts';
import type { HelperNetworkFault } from './protocol.ts';

/** Range of the random numbers of nftables. */
const RANDOM_RANGE = 1_000_000;

/** Returns true for a fault that nftables alone cannot cause: swarm-impair gets its packets. */
export const needsQueue = (fault: HelperNetworkFault): boolean =>
  fault.delayMs !== undefined ||
  fault.jitterMs !== undefined ||
  fault.reorder !== undefined ||
  fault.rateBps !== undefined ||
  (fault.burst !== undefined && fault.burst > 1 && (fault.loss ?? 1) < 1);

export interface PodRules {
  table: string;
  group: SocketGroup;
  fault: HelperNetworkFault;
  /** Network devices of the host, for packets that leave it. */
  devices: readonly string[];
  /** Mark of packets that are to be dropped. */
  mark: number;
}

/**
 * Rules for the packets of a pod on the host network: those of the sockets in its cgroup, whatever
 * its ports are. No other packet of the host is counted, marked, queued or dropped.
 *
 * Packets to the pod are dropped on arrival. Those from it get a mark where the socket is known (on
 * output), and are dropped where the sender does not notice it: on egress, or on arrival at a peer
 * on the same host. A packet with the mark never leaves the host, so the mark has no other effect.
 */
export const podPacketRules = (rules: PodRules): string =>
  needsQueue(rules.fault) ? queueRules(rules) : dropRules(rules);

const dropRules = ({ table, group, fault, devices, mark }: PodRules): string => {
  const { direction, loss = 1 } = fault;
  const below = Math.max(1, Math.round(loss * RANDOM_RANGE));
  const share = below >= RANDOM_RANGE ? '' : `numgen random mod ${RANDOM_RANGE} < ${below} `;
  const marked = `meta mark 0x${mark.toString(16)}`;
  const incoming = `${socketMatch(group)} ${protocolMatch(fault, 's')} ${share}counter drop`;
  const outgoing = `${socketMatch(group)} ${protocolMatch(fault, 'd')} ${share}counter meta mark set 0x${mark.toString(16)}`;
  return `table inet ${table} {
  chain arriving {
    type filter hook input priority -10; policy accept;
${direction === 'in' ? '' : `    ${marked} drop\n`}${direction === 'out' ? '' : `    ${incoming}\n`}  }
${
  direction === 'in'
    ? ''
    : `  chain leaving {
    type filter hook output priority -10; policy accept;
    ${outgoing}
  }
`
}}
${
  direction === 'in' || devices.length === 0
    ? ''
    : `table netdev ${table} {
  chain leaving {
    type filter hook egress devices = { ${devices.map((device) => `"${device}"`).join(', ')} } priority 0; policy accept;
    ${marked} drop
  }
}
`
}`;
};

/** The only rule of the chain `queued` is added by swarm-impair. */
const queueRules = ({ table, group, fault }: PodRules): string => {
  const { direction } = fault;
  const chain = (name: string, hook: string, end: 's' | 'd'): string => `  chain ${name} {
    type filter hook ${hook} priority -10; policy accept;
    ${socketMatch(group)} ${protocolMatch(fault, end)} counter jump queued
  }
`;
  return `table ip ${table} {
  chain queued {
  }
${direction === 'out' ? '' : chain('arriving', 'input', 's')}${direction === 'in' ? '' : chain('leaving', 'output', 'd')}}
`;
};

const socketMatch = ({ path, level }: SocketGroup): string =>
  `socket cgroupv2 level ${level} "${path}"`;

/** @param end end of the packet at which the peer is */
const protocolMatch = ({ protocol, peerPorts }: HelperNetworkFault, end: 's' | 'd'): string => {
  if (peerPorts !== null) return `tcp ${end}port { ${peerPorts.join(', ')} }`;
  return protocol === 'both' ? 'meta l4proto { tcp, udp }' : `meta l4proto ${protocol}`;
};
