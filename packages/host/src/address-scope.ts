import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Scope in which an address is reachable. `bridge`: a network of containers on one host. */
export type AddressScope = 'loopback' | 'link-local' | 'bridge' | 'private' | 'public';

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const listOf = (...prefixes: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [address = '', bits] = prefix.split('/');
    list.addSubnet(address, Number(bits ?? (isIP(address) === 6 ? 128 : 32)), family(address));
  }
  return list;
};

/**
 * Scopes by prefix, of which the first match counts: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC
 * 4291; 172.17.0.0/16 is Docker's default bridge.
 */
const SCOPES: readonly (readonly [AddressScope, BlockList])[] = [
  ['loopback', listOf('127.0.0.0/8', '::1/128')],
  ['link-local', listOf('169.254.0.0/16', 'fe80::/10')],
  ['bridge', listOf('172.17.0.0/16')],
  ['private', listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7')],
];

export const scopeOfAddress = (address: string): AddressScope =>
  SCOPES.find(([, list]) => list.check(address, family(address)))?.[0] ?? 'public';

/** Returns true if an address is in one of these prefixes. */
export const isWithin = (address: string, prefixes: readonly string[]): boolean =>
  isIP(address) !== 0 && listOf(...prefixes).check(address, family(address));

/** Returns true if this host has the address. */
export const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
