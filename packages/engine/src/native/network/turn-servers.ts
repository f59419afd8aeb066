import { type IceServer, parseTurnUrl } from '@livekit-swarm/livekit';
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
  const parsed = parseTurnUrl(url);
  if (parsed === null) return null;
  const { host, port, transport } = parsed;
  return { path: `turn-${transport}`, host, port, domain: host, username, password };
};

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');
