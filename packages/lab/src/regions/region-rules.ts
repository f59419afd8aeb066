/** Rules of nft for the router between regions. */

/** Distances between regions, by their positions. */
export interface RegionLinks {
  /** Round-trip times from users or servers of a region to servers of another, ms. */
  rttMs: readonly (readonly number[])[];
  /** Share of lost packets in each direction. */
  loss: readonly (readonly number[])[];
}

/** One direction of a link. */
export interface Distance {
  delayMs: number;
  loss: number;
}

export const TABLE = 'swarm_regions';

const distanceOf = ({ rttMs, loss }: RegionLinks, from: number, to: number): Distance => ({
  delayMs: (rttMs[from]?.[to] ?? 0) / 2,
  loss: loss[from]?.[to] ?? 0,
});

const isSame = (one: Distance, other: Distance): boolean =>
  one.delayMs === other.delayMs && one.loss === other.loss;

/** Distances that differ: one program delays the packets of all links with the same one. */
export const distancesOf = (links: RegionLinks): Distance[] => {
  const found: Distance[] = [];
  for (const [from, row] of links.rttMs.entries())
    for (const to of row.keys()) {
      const distance = distanceOf(links, from, to);
      if (!found.some((one) => isSame(one, distance))) found.push(distance);
    }
  return found;
};

interface Devices {
  serversDevice(region: number): string;
  usersDevice(region: number): string;
}

/**
 * Table with a chain for each distance, to which swarm-impair adds its queue; the set `seen` counts
 * UDP packets from users by both addresses, and devices in the set `lost` carry nothing.
 */
export const regionRules = (
  links: RegionLinks,
  { serversDevice, usersDevice }: Devices,
): string => {
  const distances = distancesOf(links);
  const jumps = links.rttMs.flatMap((row, from) =>
    [...row.keys()].flatMap((to) => {
      const distance = distanceOf(links, from, to);
      const chain = `link${distances.findIndex((one) => isSame(one, distance))}`;
      const between = (one: string, other: string): string[] => [
        `iifname "${one}" oifname "${other}" counter jump ${chain}`,
        `iifname "${other}" oifname "${one}" counter jump ${chain}`,
      ];
      return [
        ...between(usersDevice(from), serversDevice(to)),
        // Each pair of servers once; within a region they share a namespace.
        ...(from < to ? between(serversDevice(from), serversDevice(to)) : []),
      ];
    }),
  );
  const users = links.rttMs.map((_, region) => `"${usersDevice(region)}"`).join(', ');
  const lost = ['iifname @lost drop', 'oifname @lost drop'];
  return `table ip ${TABLE} {
  set lost { type ifname; }
  set seen { type ipv4_addr . ipv4_addr; size 4096; flags dynamic; }
${distances.map((_, number) => `  chain link${number} { }`).join('\n')}
  chain forwarded {
    type filter hook forward priority -10; policy accept;
    ${lost.join('\n    ')}
    iifname { ${users} } meta l4proto udp update @seen { ip saddr . ip daddr counter }
    ${jumps.join('\n    ')}
  }
  chain arriving {
    type filter hook input priority -10; policy accept;
    ${lost[0]}
  }
  chain leaving {
    type filter hook output priority -10; policy accept;
    ${lost[1]}
  }
}
`;
};
