import { word } from '@livekit-swarm/settings';
import type { Component, ComponentPorts, Platform } from '../../targets/target.ts';
import { addRules, firstLine, removeTables, tableName } from './nft-table.ts';
import { missingAny } from './process-control.ts';

/** Which of a member's packets. */
export interface Traffic {
  protocol: 'udp' | 'tcp' | 'both';
  /** As the member sees it. */
  direction: 'in' | 'out' | 'both';
}

export const trafficParams = (protocol: Traffic['protocol']) => ({
  protocol: word(['udp', 'tcp', 'both'], 'protocol')
    .default(protocol)
    .describe('udp: media. tcp: signalling, and ICE over TCP.'),
  direction: word(['in', 'out', 'both'], 'direction')
    .default('both')
    .describe('in: packets to it. out: packets from it.'),
});

/**
 * Drops packets of a member, by an nft match of one's own (empty: all of them).
 *
 * What it is sent is dropped on arrival. What it sends is dropped on arrival, too, by peers on the same machine; towards others it is dropped behind the
 * routing (egress), where the sender does not notice. On OUTPUT it would be told (EPERM), which no network does.
 */
export const dropPackets = async (
  target: Platform,
  member: Component,
  id: string,
  traffic: Traffic,
  match: string,
): Promise<void> => {
  if (member.ports === null) return;
  const devices = leavesTheHost(member.ports, traffic) ? await devicesOf(target, member) : [];
  await addRules(target, member, dropRules(id, member.ports, traffic, match, devices));
};

export const rollbackPackets = removeTables;

/** What nft is told. `devices`: of the network, other than loopback; none where nothing that is to be dropped leaves by them. */
export const dropRules = (
  id: string,
  ports: ComponentPorts,
  traffic: Traffic,
  match: string,
  devices: readonly string[],
): string => {
  const drop = `${match} counter drop`.trim();
  const arriving = trafficMatches(ports, traffic).map((line) => `    ${line} ${drop}`);
  const leaving = trafficMatches(ports, { ...traffic, direction: 'out' }).map(
    (line) => `    ${line} ${drop}`,
  );
  const inet = `table inet ${tableName(id)} {
  chain arriving {
    type filter hook input priority -10; policy accept;
${arriving.join('\n')}
  }
}
`;
  if (devices.length === 0) return inet;
  return `${inet}table netdev ${tableName(id)} {
  chain leaving {
    type filter hook egress devices = { ${devices.map((device) => `"${device}"`).join(', ')} } priority 0; policy accept;
${leaving.join('\n')}
  }
}
`;
};

const ANY = '0.0.0.0';

/** One nft match for each kind of packet that this is about. */
export const trafficMatches = (
  { address, udp, tcp }: ComponentPorts,
  { protocol, direction }: Traffic,
): string[] => {
  const ports: string[] = [];
  if (protocol !== 'tcp' && udp !== null) ports.push(`udp PORT ${udp[0]}-${udp[1]}`);
  if (protocol !== 'udp' && tcp.length > 0) ports.push(`tcp PORT { ${tcp.join(', ')} }`);
  const at = (end: 's' | 'd'): string => (address === ANY ? '' : `ip ${end}addr ${address} `);
  const ends = (['d', 's'] as const).filter(
    (end) => direction === 'both' || direction === (end === 'd' ? 'in' : 'out'),
  );
  return ends.flatMap((end) =>
    ports.map((port) => `${at(end)}${port.replace('PORT', `${end}port`)}`),
  );
};

const leavesTheHost = ({ address }: ComponentPorts, { direction }: Traffic): boolean =>
  direction !== 'in' && !address.startsWith('127.');

/** Those of the network that the program is in, whatever is mounted at /sys. */
const devicesOf = async (target: Platform, member: Component): Promise<string[]> => {
  const { stdout } = await target.run(member, ['cat', '/proc/net/dev']);
  return [...stdout.matchAll(/^\s*([^\s:]+):\s/gm)].flatMap(([, device = '']) =>
    device === 'lo' ? [] : [device],
  );
};

/** Null when rules can be made for such packets of this member. */
export const missingTrafficSupport = async (
  target: Platform,
  member: Component,
  traffic: Traffic,
): Promise<string | null> => {
  const { ports, name } = member;
  if (ports === null) return `it is not known where ${name} has its packets`;
  if (traffic.protocol === 'udp' && ports.udp === null) return `${name} has no UDP ports`;
  if (traffic.protocol === 'tcp' && ports.tcp.length === 0) return `${name} has no TCP ports`;
  const why = await missingAny(target, member, ['packet_filter']);
  if (why !== null || !leavesTheHost(ports, traffic)) return why;
  const tried = await target.run(member, ['unshare', '--net', 'nft', '--file', '-'], EGRESS);
  return tried.code === 0
    ? null
    : `packets cannot be dropped on their way out (that takes Linux 5.16): ${firstLine(tried)}`;
};

const EGRESS = `table netdev swarm_try {
  chain leaving {
    type filter hook egress devices = { "lo" } priority 0; policy accept;
  }
}
`;
