import { getSystemErrorName } from 'node:util';
import type { ControlSends } from '@livekit-swarm/webrtc';

/** A firewall, a full queue, an interface that is down: the packet would have left otherwise. */
const REJECTED_BY_HOST: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOBUFS',
  'ENOMEM',
  'ENETDOWN',
]);
/** No way to this address: a server may have addresses that are not meant for this host, in its own network for example. */
const NO_WAY: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EINVAL']);

/**
 * The error with which this host kept a peer from connecting; null: it did not. It did if it refused most of what was sent in an address family
 * that would have left otherwise, or if no address family has a way. Not counted: what a remote or a router reported (ECONNREFUSED, EHOSTUNREACH).
 */
export const rejectionOf = (sends: readonly ControlSends[]): string | null => {
  const families = sends.map(({ tried, rejected }) => {
    const named = rejected
      .filter(({ errno }) => errno > 0)
      .map(({ errno, packets }) => ({ code: getSystemErrorName(-errno), packets }))
      .filter(({ code }) => REJECTED_BY_HOST.has(code) || NO_WAY.has(code))
      .sort((one, other) => other.packets - one.packets);
    const packets = named.reduce((sum, one) => sum + one.packets, 0);
    return packets * 2 > tried ? (named[0]?.code ?? null) : null;
  });
  const byHost = families.find((code) => code !== null && REJECTED_BY_HOST.has(code));
  return byHost ?? (families.includes(null) ? null : (families[0] ?? null));
};
