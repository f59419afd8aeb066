import type { IceServer } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';

export type RelayPath = Extract<MediaPath, `turn-${string}`>;

/** TURN server that the deployment offers. */
export interface TurnServer {
  path: RelayPath;
  host: string;
  port: number;
  /** Name in the server's certificate. */
  domain: string;
  username: string;
  password: string;
}

/** URI of a TURN server (RFC 7065 §3.1). */
const URL = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i;
const DEFAULT_PORTS = { turn: 3478, turns: 5349 } as const;

/**
 * Largest number of servers per path: a LiveKit node names one for each of its addresses, and each
 * costs an allocation.
 */
const MAX_PER_PATH = 2;

/**
 * Address to use in place of the named one: livekit-server names port 443 for TLS, whichever port
 * it listens on.
 */
export interface TurnAddress {
  host: string;
  port: number;
}

/** Read `HOST:PORT`. @throws SwarmError `usage` */
export const readTurnAddress = (text: string): TurnAddress => {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text.trim()) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535)
    throw usageError(`SWARM_TURN ${text}: not an address`, 'write HOST:PORT, as 127.0.0.1:5349');
  return { host: withoutBrackets(host), port: Number(port) };
};

/**
 * TURN servers of a path (`auto`: of all paths) with credentials. Other servers and unreadable URLs
 * are left out.
 */
export const turnServers = (
  offered: readonly IceServer[],
  path: MediaPath,
  address: TurnAddress | null = null,
): TurnServer[] => {
  const found = offered.flatMap(({ urls, username, credential }) =>
    username === '' ? [] : urls.flatMap((url) => serverOf(url, username, credential) ?? []),
  );
  const wanted = found.filter((one) => path === 'auto' || one.path === path);
  return wanted
    .filter((one, index) => {
      const before = wanted.slice(0, index).filter((other) => other.path === one.path);
      return before.length < MAX_PER_PATH;
    })
    .map((one) => (address === null ? one : { ...one, ...address }))
    .filter((one, index, all) => index === all.findIndex((other) => isSame(one, other)));
};

/**
 * Check whether two servers are one, in which case a peer has one allocation: a replaced address
 * can make several equal.
 */
const isSame = (one: TurnServer, other: TurnServer): boolean =>
  one.path === other.path && one.host === other.host && one.port === other.port;

const serverOf = (url: string, username: string, password: string): TurnServer | null => {
  const [, scheme, host, port, transport] = URL.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return null;
  const secure = scheme.toLowerCase() === 'turns';
  // TURN over DTLS, which livekit-server does not support.
  if (secure && transport === 'udp') return null;
  const domain = withoutBrackets(host);
  return {
    path: secure ? 'turn-tls' : transport === 'tcp' ? 'turn-tcp' : 'turn-udp',
    host: domain,
    port: Number(port ?? DEFAULT_PORTS[secure ? 'turns' : 'turn']),
    domain,
    username,
    password,
  };
};

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');
