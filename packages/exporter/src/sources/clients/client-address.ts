import { isIPv4, isIPv6 } from 'node:net';

/**
 * Client that a request counts for. Only the entries that trusted proxies added to X-Forwarded-For
 * are used: the last `proxies` ones. IPv6 addresses count by their first 64 bits, since a client
 * usually owns the whole prefix.
 * @returns `unknown` if there is no address
 */
export const clientAddress = (
  socket: string | undefined,
  forwardedFor: string | undefined,
  proxies: number,
): string => {
  const hops = [...(forwardedFor?.split(',') ?? []), socket ?? ''].map((hop) => hop.trim());
  return network(hops[Math.max(0, hops.length - 1 - proxies)] ?? '');
};

/** Address without the port that some proxies add: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (address: string): string => {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(address) ?? [];
  return bracketed ?? plain ?? address;
};

const network = (address: string): string => {
  const plain = withoutPort(address).replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return 'unknown';
  const [head = '', tail] = plain.toLowerCase().split('%')[0]?.split('::') ?? [];
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const all =
    tail === undefined
      ? first
      : [...first, ...Array(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};
