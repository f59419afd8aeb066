import { getSystemErrorName } from 'node:util';
import type { ControlSends } from '@livekit-swarm/webrtc';

/**
 * Errors of a firewall, a full queue or an interface that is down: without them the packet would
 * have been sent.
 */
const REJECTED_BY_HOST: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOBUFS',
  'ENOMEM',
  'ENETDOWN',
]);
/**
 * Errors of an address without a route: a server may have addresses that are not meant for this
 * host, for example in its own network.
 */
const NO_WAY: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EINVAL']);

/**
 * Error with which this host kept a peer from connecting; null: it did not. The host is the cause
 * if it rejected most packets of an address family that has a route, or if no family has a route.
 * Errors that a remote or a router reported are not counted (ECONNREFUSED, EHOSTUNREACH).
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
