import { once } from 'node:events';
import { connect } from 'node:net';
import type { AnnouncedCandidate } from '@livekit-swarm/livekit';

const CONNECT_MS = 2_000;

/** Causes on this host: nothing is known of the address then. */
const OWN_HOST: ReadonlySet<string> = new Set(['ENETUNREACH', 'EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/**
 * Connects to every TCP candidate. A UDP candidate answers none but a participant, so of several addresses of a node TCP shows which are reached.
 * @returns addresses that take no connection
 */
export const unreachedAddresses = async (
  candidates: readonly AnnouncedCandidate[],
): Promise<string[]> => {
  const tcp = candidates.filter(({ protocol }) => protocol === 'tcp');
  const reached = await Promise.all(tcp.map(isReached));
  return tcp.filter((_, index) => reached[index] === false).map(({ address }) => address);
};

/** @returns null where this host has no way to find out */
const isReached = async ({ address, port }: AnnouncedCandidate): Promise<boolean | null> => {
  const socket = connect({ host: address, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return OWN_HOST.has(code) ? null : false;
  } finally {
    socket.destroy();
  }
};
