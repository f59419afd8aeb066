import { expect, test } from 'vitest';
import { addressOfCandidate, type LocalAddresses, Route } from './route.ts';

const V4 = { address: '192.0.2.7', family: 4 };
const V6 = { address: '2001:db8::7', family: 6 };

/** Route on a host that reaches all addresses from these. */
const routeFrom = (local: LocalAddresses, remotes = [V6, V4]): Route =>
  new Route(
    { addresses: async () => remotes },
    async (remote) => local[remote.includes(':') ? 6 : 4] ?? null,
  );

test.each([
  ['both families', { 4: '10.0.0.1', 6: 'fd00::1' }, [V6, V4], '10.0.0.1'],
  ['IPv6 only', { 6: 'fd00::1' }, [V6, V4], 'fd00::1'],
  ['IPv4 only, although the name has an IPv6 address first', { 4: '10.0.0.1' }, [V6], '10.0.0.1'],
])('a host with %s', async (_, local, remotes, expected) => {
  const route = routeFrom(local, remotes);
  await route.prepare();
  expect(route.localAddresses).toEqual([expected]);
});

test('the routing table is read once for each answer of the resolver', async () => {
  let remotes = [V4];
  const asked: string[] = [];
  const route = new Route({ addresses: async () => remotes }, async (remote) => {
    asked.push(remote);
    return '10.0.0.1';
  });
  for (let join = 0; join < 100; join++) await route.prepare();
  expect(asked).toHaveLength(2);
  remotes = [V4];
  await route.prepare();
  expect(asked).toHaveLength(4);
});

test('peers start with both families once a server has sent a candidate of the other one', async () => {
  const route = routeFrom({ 4: '10.0.0.1', 6: 'fd00::1' });
  await route.prepare();
  expect(await route.towards('2001:db8::9')).toBe('fd00::1');
  expect(route.localAddresses).toEqual(['10.0.0.1', 'fd00::1']);
  await route.prepare();
  expect(route.localAddresses).toEqual(['10.0.0.1', 'fd00::1']);
});

test('a candidate without a route changes nothing', async () => {
  const route = routeFrom({ 6: 'fd00::1' });
  await route.prepare();
  expect(await route.towards('192.0.2.9')).toBeNull();
  expect(route.localAddresses).toEqual(['fd00::1']);
});

test('without any route, prepare fails', async () => {
  await expect(routeFrom({}).prepare()).rejects.toMatchObject({ code: 'no_route' });
});

test('the real routing table leads from loopback to loopback', async () => {
  const route = new Route({ addresses: async () => [{ address: '127.0.0.1', family: 4 }] });
  await route.prepare();
  expect(route.localAddresses).toEqual(['127.0.0.1']);
});

test.each([
  ['candidate:1 1 udp 2130706431 192.0.2.7 7882 typ host', 4],
  ['candidate:1 1 UDP 2130706431 2001:db8::7 7882 typ host', 6],
  ['candidate:1 1 tcp 2130706431 192.0.2.7 7881 typ host tcptype passive', null],
  ['candidate:1 1 udp 2130706431 a1b2.local 7882 typ host', null],
  ['', null],
])('%s', (candidate, family) => {
  expect(addressOfCandidate(candidate)?.family ?? null).toBe(family);
});
