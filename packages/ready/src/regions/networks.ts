import { BlockList, isIPv4 } from 'node:net';

/** IPv4 network: its first address as a number, and the length of its prefix. */
export interface Network {
  first: number;
  prefix: number;
}

/** Reads `10.1.0.0/24`; null: it is not a network, or it has bits of a host. */
export const networkOf = (text: string): Network | null => {
  const [, address = '', digits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (digits === '' || prefix > 32 || !isIPv4(address)) return null;
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return first % 2 ** (32 - prefix) === 0 ? { first, prefix } : null;
};

/** Returns true if an address is in a network of this form. */
export const isInNetwork = (address: string, network: string): boolean => {
  const [first = '', prefix = ''] = network.split('/');
  if (!isIPv4(address) || networkOf(network) === null) return false;
  const list = new BlockList();
  list.addSubnet(first, Number(prefix));
  return list.check(address);
};
