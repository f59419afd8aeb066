import { BlockList, isIP } from 'node:net';

/**
 * Effect of an entry of `allowed_addresses`: livekit-server compares an address or prefix with the
 * source of a call, and each entry also with the host in From, which the caller writes: a name and
 * an address without prefix length (`bare`) can be forged, as no host in From has a prefix length.
 * It ignores entries with certain characters, and where all are ignored it allows every address.
 */
export type AllowedAddress = 'prefix' | 'any' | 'bare' | 'name' | 'ignored' | 'broken';

const IGNORED = /[()+*;,\s]|:\/\//;

export const kindOfAddress = (entry: string): AllowedAddress => {
  if (IGNORED.test(entry)) return 'ignored';
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (bits === undefined) {
    // livekit-server allows brackets, and can compare an address in them with From alone.
    if (family !== 0 || /^\[[\da-f:.]+\]$/i.test(address)) return 'bare';
    // A colon means a port, which neither a source address nor the host in From has.
    return address === '' || address.includes(':') ? 'broken' : 'name';
  }
  const size = Number(bits);
  if (family === 0 || more.length > 0 || !/^\d+$/.test(bits)) return 'broken';
  if (size > (family === 6 ? 128 : 32)) return 'broken';
  return size === 0 ? 'any' : 'prefix';
};

/** True if some address matches both entries: they are the same, or one range holds the other. */
export const matchSameAddress = (one: string, other: string): boolean =>
  one === other || holdsStartOf(one, other) || holdsStartOf(other, one);

/** True if a range holds the first address of another entry. Ranges overlap only if one holds the other. */
const holdsStartOf = (range: string, other: string): boolean => {
  if (![range, other].every((entry) => RANGES.has(kindOfAddress(entry)))) return false;
  const [address, bits] = range.split('/');
  const [start] = other.split('/');
  if (address === undefined || start === undefined) return false;
  const family = isIP(address);
  // livekit-server compares an address in brackets with From alone.
  if (family === 0 || isIP(start) !== family) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, Number(bits ?? (family === 6 ? 128 : 32)), type);
  return list.check(start, type);
};

const RANGES: ReadonlySet<AllowedAddress> = new Set(['prefix', 'any', 'bare']);

/** True if no caller has an address that these entries allow: all that are not ignored are broken. */
export const allowsNone = (entries: readonly string[]): boolean => {
  const kinds = entries.map(kindOfAddress).filter((kind) => kind !== 'ignored');
  return kinds.length > 0 && kinds.every((kind) => kind === 'broken');
};

/** True if these entries allow every address. */
export const allowsAny = (entries: readonly string[]): boolean => {
  const kinds = entries.map(kindOfAddress);
  return kinds.includes('any') || kinds.every((kind) => kind === 'ignored');
};
