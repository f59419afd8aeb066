import { urlHost, usageError } from '@livekit-swarm/settings';

export interface ListenAddress {
  /** Name or address; empty: every interface, IPv6 and IPv4. */
  host: string;
  /** Port number; 0: any free port. */
  port: number;
}

/** Host of an address that names none. Other interfaces must be named explicitly. */
const LOOPBACK = '127.0.0.1';
const HINT = 'write :9465, 127.0.0.1:9465, [::1]:9465, or 0.0.0.0:9465 for every interface';

/**
 * Read an address: `:9465`, `9465`, `HOST:9465` or `[IPV6]:9465`.
 * @throws SwarmError `usage`
 */
export const parseListenAddress = (text: string): ListenAddress => {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.%\w]+)\]:|([^:[\]\s/@]*):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (digits === undefined) throw usageError(`"${text}" is not an address to listen on`, HINT);
  if (port > 65_535)
    throw usageError(`there is no port ${port}`, 'ports go up to 65535; 0 takes any that is free');
  return { host: bracketed ?? (plain === undefined || plain === '' ? LOOPBACK : plain), port };
};

/**
 * Read an address as the flag --web.listen-address of Prometheus' exporters does: `:9465` is every
 * interface there.
 * @throws SwarmError `usage`
 */
export const parseWebListenAddress = (text: string): ListenAddress => {
  const address = parseListenAddress(text);
  return text.trim().startsWith(':') ? { ...address, host: '' } : address;
};

/** Check whether only clients on this host can reach an address. */
export const isLoopback = ({ host }: ListenAddress): boolean =>
  /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i.test(host);

/** Text of an address: `127.0.0.1:9465`, `[::1]:9465`. */
export const formatAddress = ({ host, port }: ListenAddress): string =>
  `${urlHost(host === '' ? '::' : host)}:${port}`;
