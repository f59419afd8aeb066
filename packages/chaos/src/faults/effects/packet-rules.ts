import { word } from '@livekit-swarm/settings';
import type { Component, ComponentPorts, NetworkFault, Platform } from '../../targets/platform.ts';
import type { DescribedFault } from '../fault.ts';
import type { EffectCheck } from './effect-check.ts';
import { addRules, findRules, firstLine, removeTables, tableName } from './nft-table.ts';
import { forAll, missingAny } from './process-control.ts';

/** Selection of packets of a component. */
export interface Traffic {
  protocol: 'udp' | 'tcp' | 'both';
  /** Direction, as seen from the component. */
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
 * Drops packets of a component that an nft match selects (empty: all of them).
 *
 * Packets to the component are dropped on arrival. Packets from it are dropped on arrival at peers
 * on the same host, and on egress, after routing, towards others: the sender does not notice. On
 * OUTPUT the sender would get EPERM, which no network returns.
 */
export const dropPackets = async (
  platform: Platform,
  component: Component,
  id: string,
  traffic: Traffic,
  match: string,
): Promise<void> => {
  if (component.ports === null) return;
  const devices = leavesTheHost(component.ports, traffic)
    ? await devicesOf(platform, component)
    : [];
  await addRules(platform, component, dropRules(id, component.ports, traffic, match, devices));
};

/** Checks the rules of `dropPackets`. @param expectPackets true when a packet must have matched */
export const findDropRules = async (
  platform: Platform,
  component: Component,
  id: string,
  traffic: Traffic,
  expectPackets: boolean,
): EffectCheck => {
  if (component.ports === null) return null;
  const onEgress =
    leavesTheHost(component.ports, traffic) && (await devicesOf(platform, component)).length > 0;
  const families = onEgress ? ['inet', 'netdev'] : ['inet'];
  return findRules(platform, component, id, families, expectPackets);
};

export const rollbackPackets = removeTables;

/** Rules for nft. @param devices devices for egress; empty if no such packet leaves the host */
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

/** Matches of nft, one for each kind of packet. */
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

/** Devices of the component's network namespace, whatever is mounted at /sys. */
const devicesOf = async (platform: Platform, component: Component): Promise<string[]> => {
  const { stdout } = await platform.run(component, ['cat', '/proc/net/dev']);
  return [...stdout.matchAll(/^\s*([^\s:]+):\s/gm)].flatMap(([, device = '']) =>
    device === 'lo' ? [] : [device],
  );
};

/** Reason for which rules cannot be made for these packets; null: they can. */
export const missingTrafficSupport = async (
  platform: Platform,
  component: Component,
  traffic: Traffic,
): Promise<string | null> => {
  const { ports, name } = component;
  if (ports === null) return `the ports of ${name} are not known`;
  if (traffic.protocol === 'udp' && ports.udp === null) return `${name} has no UDP ports`;
  if (traffic.protocol === 'tcp' && ports.tcp.length === 0) return `${name} has no TCP ports`;
  const why = await missingAny(platform, component, ['packet_filter']);
  if (why !== null || !leavesTheHost(ports, traffic)) return why;
  const tried = await platform.run(component, ['unshare', '--net', 'nft', '--file', '-'], EGRESS);
  return tried.code === 0
    ? null
    : `packets cannot be dropped on egress (needs Linux 5.16): ${firstLine(tried)}`;
};

const EGRESS = `table netdev swarm_try {
  chain leaving {
    type filter hook egress devices = { "lo" } priority 0; policy accept;
  }
}
`;

/**
 * Makes a fault that drops packets with nftables, or by a controller of the platform that impairs
 * packets on request (Chaos Mesh, for pods).
 * @param request request to the controller
 */
export const requestedTraffic = <Params>(
  fault: DescribedFault<Params>,
  request: (params: Params) => NetworkFault,
): DescribedFault<Params> => ({
  ...fault,
  unavailable: async (platform, component, params) =>
    platform.network === undefined
      ? fault.unavailable(platform, component, params)
      : platform.network.missingCapability(component, request(params)),
  inject: async (context) => {
    const { platform, components, id, params, expiresAfterMs } = context;
    const { network } = platform;
    if (network === undefined) return fault.inject(context);
    await forAll(components, (component) =>
      network.request(component, id, request(params), expiresAfterMs),
    );
  },
  missingEffect: async (context, component, atEnd) => {
    const { network } = context.platform;
    return network === undefined
      ? fault.missingEffect(context, component, atEnd)
      : network.missing(component, context.id);
  },
  // The controller ends the fault on its own.
  rollbackSteps: (context, component) =>
    context.platform.network === undefined ? fault.rollbackSteps(context, component) : [],
  rollback: async (context) => {
    const { platform, components, id } = context;
    const { network } = platform;
    if (network === undefined) return fault.rollback(context);
    await forAll(components, (component) => network.withdraw(component, id));
  },
});
