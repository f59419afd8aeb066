import { type LookupAddress, promises } from 'node:dns';

/** Address with the time for which it may be cached, s; absent: unknown. */
export interface FoundAddress extends LookupAddress {
  ttl?: number;
}

let used: string | null = null;

/**
 * Makes every later lookup of this process for signal connections ask one name server, instead of
 * the operating system, whose answers have no lifetime.
 * @param address `127.0.0.1:5353`; null: the operating system is asked again
 */
export const useNameServer = (address: string | null): void => {
  used = address;
};

/** Name server given to `useNameServer`, to be sent with a job; null: none. */
export const usedNameServer = (): string | null => used;

const TIMEOUT_MS = 2_000;
const TRIES = 2;

/** Asks a name server for all addresses of a host. @throws error of the resolver */
export const askNameServer = async (server: string, host: string): Promise<FoundAddress[]> => {
  const resolver = new promises.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  resolver.setServers([server]);
  const [v4, v6] = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ]);
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
  return [
    ...(v4.status === 'fulfilled' ? v4.value.map((one) => ({ ...one, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((one) => ({ ...one, family: 6 })) : []),
  ];
};
