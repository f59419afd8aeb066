import { isIP } from 'node:net';
import { found, passed, skipped, unknown } from '@livekit-swarm/verify';
import { isInNetwork } from '../networks.ts';
import type { PlannedRegion } from '../region-file.ts';
import { type RegionQuestion, siteOf } from './question.ts';

/** Question of whether media of the rooms that users of a region open stays in the allowed networks. */
export const residencyQuestion: RegionQuestion = {
  id: 'residency',
  title: 'Media of a room stays in the allowed networks of the region that opened it',
  cause:
    'A node announces an address that is not allowed (rtc.node_ip, a relay, a node of another site), or the room opened elsewhere: media of its users leaves the region',
  fix: 'remove the address from the nodes of this region (rtc.node_ip, rtc.ips, rtc.turn_servers), or open the room where it may be; if the address is right, add its network to allowed',
  answer: (facts, plan) => {
    const bound = plan.regions.filter(({ allowed }) => allowed !== null);
    if (bound.length === 0) return skipped('no region of the file has allowed networks');
    const problems: string[] = [];
    const missing: string[] = [];
    const fine: string[] = [];
    for (const region of bound) {
      const rooms = facts.announced.filter(({ opener }) => opener === region.name);
      const traffic = facts.traffic.filter(({ user }) => user === region.name);
      const before = problems.length;
      for (const { room, node, candidates, relays } of rooms) {
        const where = `room ${room} of ${region.name} on ${node ?? 'an unknown node'} (${siteOf(facts, node) ?? 'unknown region'})`;
        for (const { protocol, address, port } of candidates)
          if (!isAllowed(region, address))
            problems.push(`${where}: announces ${protocol} ${address}:${port}`);
        for (const relay of relays) {
          const host = hostOfRelay(relay);
          if (isIP(host) === 0)
            missing.push(`${where}: the address of the relay ${relay} is not known`);
          else if (!isAllowed(region, host)) problems.push(`${where}: offers the relay ${relay}`);
        }
      }
      for (const { address, packets } of traffic)
        if (!isAllowed(region, address))
          problems.push(`users of ${region.name} sent ${packets} UDP packets to ${address}`);
      const failed = rooms.find(({ failure }) => failure !== null)?.failure;
      if (rooms.length === 0 || failed !== undefined)
        missing.push(`${region.name}: ${failed ?? 'no room was opened'}`);
      else if (traffic.length === 0) missing.push(`${region.name}: no media was seen`);
      else if (problems.length === before) fine.push(fineText(region, rooms, traffic));
    }
    if (problems.length > 0) return found('error', problems);
    return missing.length > 0 ? unknown(missing.join('; ')) : passed(...fine);
  },
};

const isAllowed = ({ allowed }: PlannedRegion, address: string): boolean =>
  (allowed ?? []).some((network) => isInNetwork(address, network));

/** Host of `turn:192.0.2.1:3478?transport=udp`. */
const hostOfRelay = (url: string): string =>
  /^turns?:(\[[^\]]+\]|[^:?]+)/.exec(url)?.[1]?.replace(/^\[|\]$/g, '') ?? '';

const fineText = (
  { name, allowed }: PlannedRegion,
  rooms: readonly { candidates: readonly { address: string }[]; relays: readonly string[] }[],
  traffic: readonly { address: string; packets: number }[],
): string => {
  const addresses = [
    ...new Set(rooms.flatMap((one) => one.candidates.map((each) => each.address))),
  ];
  const relays = rooms.reduce((sum, one) => sum + one.relays.length, 0);
  return `${name}: announced ${addresses.join(', ')}, ${relays === 0 ? 'no relays' : `${relays} relays`}; packets went to ${traffic.map(({ address }) => address).join(', ')}; allowed ${(allowed ?? []).join(', ')}`;
};
