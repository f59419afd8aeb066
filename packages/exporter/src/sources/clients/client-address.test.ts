import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

it.each([
  ['the peer that connects', '192.0.2.7', undefined, 0, '192.0.2.7'],
  ['not an address that a client claims', '192.0.2.7', '10.0.0.1', 0, '192.0.2.7'],
  ['the address that the trusted proxy adds', '192.0.2.7', '10.0.0.1, 10.0.0.2', 1, '10.0.0.2'],
  [
    'the address that the first of two proxies adds',
    '192.0.2.7',
    'forged, 10.0.0.1, 10.0.0.2',
    2,
    '10.0.0.1',
  ],
  ['the first where there are fewer entries than proxies', '192.0.2.7', '10.0.0.1', 5, '10.0.0.1'],
  ['an address of the old kind in the new', '::ffff:192.0.2.7', undefined, 0, '192.0.2.7'],
  ['a network of the new kind', '2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
  ['the same network, written short', '2001:DB8:1:2::9', undefined, 0, '2001:db8:1:2::/64'],
  ['this host', '::1', undefined, 0, '0:0:0:0::/64'],
  ['a link', 'fe80::1%eth0', undefined, 0, 'fe80:0:0:0::/64'],
  ['an address that a proxy adds with a port', '192.0.2.7', '203.0.113.9:4711', 1, '203.0.113.9'],
  ['the same of the new kind', '192.0.2.7', '[2001:db8:1:2::9]:4711', 1, '2001:db8:1:2::/64'],
  ['the same without a port', '192.0.2.7', '[2001:db8:1:2::9]', 1, '2001:db8:1:2::/64'],
  ['nothing', undefined, undefined, 0, 'unknown'],
  ['nonsense', '192.0.2.7', 'x'.repeat(1_000), 1, 'unknown'],
])('counts %s', (_, socket, forwarded, proxies, expected) => {
  expect(clientAddress(socket, forwarded, proxies)).toBe(expected);
});
