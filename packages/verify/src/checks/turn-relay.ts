import { isIP } from 'node:net';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../check.ts';
import { isAnnounced } from '../facts/facts.ts';
import { askPermissions, type PermissionAnswer } from '../turn/ask-permissions.ts';
import { turnServersOf } from '../turn/turn-servers.ts';

/** Peers inside a network: loopback, the private ranges, and the metadata service of clouds. */
export const INNER_PEERS = [
  '127.0.0.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
] as const;

/** Answer of one TURN server. */
export interface RelayAnswer {
  url: string;
  /** Reason why no permission was requested; null: they were requested. */
  failure: string | null;
  permissions: readonly PermissionAnswer[];
}

export const turnRelayRule = (answers: readonly RelayAnswer[]): CheckResult => {
  const open = answers.flatMap(({ url, permissions }) => {
    const granted = permissions.filter((one) => one.granted).map(({ peer }) => peer);
    return granted.length === 0 ? [] : [`${url} relays to ${granted.join(', ')}`];
  });
  if (open.length > 0) return found('error', open);
  const asked = answers.filter(({ failure }) => failure === null);
  if (asked.length < answers.length) {
    const failures = answers.flatMap(({ url, failure }) =>
      failure === null ? [] : [`${url}: ${failure}`],
    );
    return unknown(failures.join('; '));
  }
  return passed(
    ...asked.map(
      ({ url, permissions }) =>
        `${url} refuses ${permissions.map(({ peer, code }) => `${peer} (${code})`).join(', ')}`,
    ),
  );
};

export const turnRelay: Check = {
  id: 'turn-relay',
  title: 'TURN does not relay into private networks',
  severities: ['error'],
  cause:
    'The TURN server relays to any address: the holder of any token reaches the network behind it, its databases and the credentials of the cloud',
  fix: 'coturn: denied-peer-ip for every private range, and allowed-peer-ip for the nodes alone. livekit-server: list in turn.allow_restricted_peer_cidrs the nodes alone',
  needs: ['nodes', 'turn'],
  run: async (facts, request) => {
    const servers = await turnServersOf(facts, request);
    // Media to a node is the purpose of the relay, even if the node has a private address.
    const needed = new Set(
      (await facts.nodes()).flatMap(({ joined }) =>
        isAnnounced(joined) ? joined.candidates.map(({ address }) => address) : [],
      ),
    );
    const peers = [...INNER_PEERS, ...redisPeer(request.redisUrl)].filter(
      (peer) => !needed.has(peer),
    );
    if (servers.length === 0) return skipped('no TURN server is announced');
    const answers: RelayAnswer[] = [];
    for (const { url, ...credentials } of servers) {
      if (request.signal.aborted) break;
      try {
        const permissions = await askPermissions(url, credentials, peers);
        answers.push({ url: url.url, failure: null, permissions });
      } catch (error) {
        const failure = messageOf(error);
        answers.push({ url: url.url, failure, permissions: [] });
      }
    }
    return turnRelayRule(answers);
  },
};

/** Address of the Redis of the nodes, if it is known as one. */
const redisPeer = (redisUrl: string | null): string[] => {
  const host = redisUrl === null ? '' : (URL.parse(redisUrl)?.hostname ?? '');
  return isIP(host) === 4 ? [host] : [];
};
