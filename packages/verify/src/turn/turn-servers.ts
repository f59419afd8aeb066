import { isIP } from 'node:net';
import { parseTurnUrl, type TurnUrl } from '@livekit-swarm/livekit';
import { type Facts, isAnnounced } from '../facts/facts.ts';
import type { VerifyRequest } from '../request.ts';
import type { TurnCredentials } from './ask-permissions.ts';

/** TURN server of the deployment, with its credentials. */
export interface TurnServer extends TurnCredentials {
  url: TurnUrl;
}

/**
 * TURN servers that nodes announce, and those that the application gives.
 * @throws SwarmError `usage` when the lists of hosts exclude one of them
 */
export const turnServersOf = async (
  { nodes }: Pick<Facts, 'nodes'>,
  { turn, guard }: Pick<VerifyRequest, 'turn' | 'guard'>,
): Promise<TurnServer[]> => {
  const announced = (await nodes()).flatMap(({ joined }) =>
    isAnnounced(joined) ? joined.turnServers : [],
  );
  const servers = new Map<string, TurnServer>();
  for (const { urls, username, credential } of [...announced, ...(turn === null ? [] : [turn])])
    for (const text of urls) {
      const url = parseTurnUrl(text);
      if (url === null) continue;
      guard.assertAnnounced(`http://${isIP(url.host) === 6 ? `[${url.host}]` : url.host}`);
      servers.set(text, { url, username, credential });
    }
  return [...servers.values()];
};
