import { isIP } from 'node:net';

/**
 * Effect of an entry of `allowed_addresses`: livekit-server compares an address or prefix with the
 * source of a call, and a name with the host in From, which the caller writes. It ignores entries
 * with certain characters, and where all are ignored it allows every address.
 */
export type AllowedAddress = 'address' | 'any' | 'name' | 'ignored' | 'broken';

const IGNORED = /[()+*;,\s]|:\/\//;

export const kindOfAddress = (entry: string): AllowedAddress => {
  if (IGNORED.test(entry)) return 'ignored';
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (bits === undefined) {
    if (family !== 0) return 'address';
    // A colon means a port, which neither a source address nor the host in From has.
    return address === '' || address.includes(':') ? 'broken' : 'name';
  }
  const size = Number(bits);
  if (family === 0 || more.length > 0 || !/^\d+$/.test(bits)) return 'broken';
  if (size > (family === 6 ? 128 : 32)) return 'broken';
  return size === 0 ? 'any' : 'address';
};

/** True if these entries allow every address. */
export const allowsAny = (entries: readonly string[]): boolean => {
  const kinds = entries.map(kindOfAddress);
  return kinds.includes('any') || kinds.every((kind) => kind === 'ignored');
};
