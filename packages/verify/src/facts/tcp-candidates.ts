import { once } from 'node:events';
import { connect } from 'node:net';
import type { AnnouncedCandidate } from '@livekit-swarm/livekit';
import { codeOf } from '@livekit-swarm/settings';

const CONNECT_MS = 2_000;

/** Errors of this host, which show nothing about the address. */
const OWN_HOST: ReadonlySet<string> = new Set(['ENETUNREACH', 'EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/**
 * Connects to every TCP candidate, which shows the reachable addresses of a node: UDP candidates
 * answer only participants.
 * @returns addresses that accept no connection
 */
export const unreachedAddresses = async (
  candidates: readonly AnnouncedCandidate[],
): Promise<string[]> => {
  const tcp = candidates.filter(({ protocol }) => protocol === 'tcp');
  const reached = await Promise.all(tcp.map(isReached));
  return tcp.filter((_, index) => reached[index] === false).map(({ address }) => address);
};

/**
 * Connects to a candidate.
 * @returns null if an error of this host leaves the answer unknown
 */
const isReached = async ({ address, port }: AnnouncedCandidate): Promise<boolean | null> => {
  const socket = connect({ host: address, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    return OWN_HOST.has(code) ? null : false;
  } finally {
    socket.destroy();
  }
};
