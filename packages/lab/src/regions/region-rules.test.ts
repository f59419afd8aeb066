import { expect, test } from 'vitest';
import { seenIn } from './region-network.ts';
import { distancesOf, regionRules } from './region-rules.ts';

const links = {
  rttMs: [
    [4, 90],
    [90, 4],
  ],
  loss: [
    [0, 0.01],
    [0.01, 0],
  ],
};

test('one program delays all links with the same distance', () => {
  expect(distancesOf(links)).toEqual([
    { delayMs: 2, loss: 0 },
    { delayMs: 45, loss: 0.01 },
  ]);
});

test('each pair of devices passes the link of its distance, in both directions', () => {
  const rules = regionRules(links, {
    serversDevice: (region) => `s${region}`,
    usersDevice: (region) => `u${region}`,
  });
  const jumps = [...rules.matchAll(/iifname "(\w+)" oifname "(\w+)" counter jump (\w+)/g)];
  expect(jumps.map(([, from, to, chain]) => `${from} ${to} ${chain}`)).toEqual([
    ...['u0 s0 link0', 's0 u0 link0', 'u0 s1 link1', 's1 u0 link1'],
    ...['s0 s1 link1', 's1 s0 link1'],
    ...['u1 s0 link1', 's0 u1 link1', 'u1 s1 link0', 's1 u1 link0'],
  ]);
});

test('traffic is that of users, and of no other address', () => {
  const listing = `table ip swarm_regions {
	set seen {
		type ipv4_addr . ipv4_addr
		size 4096
		flags dynamic
		elements = { 198.18.1.1 . 10.10.0.2 counter packets 904 bytes 91024,
			     198.18.1.2 . 10.20.0.2 counter packets 12 bytes 1200,
			     10.9.9.9 . 10.20.0.2 counter packets 3 bytes 300 }
	}
}`;
  expect(seenIn(listing, ['198.18.1.1', '198.18.1.2'])).toEqual([
    { users: 0, address: '10.10.0.2', packets: 904 },
    { users: 1, address: '10.20.0.2', packets: 12 },
  ]);
});
