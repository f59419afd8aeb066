import { isIP } from 'node:net';
import { parseTurnUrl } from '@livekit-swarm/livekit';
import type { PathCheck } from '@livekit-swarm/probe';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isAnnounced, type NodeFacts } from '../facts/facts.ts';
import type { VerifyRequest } from '../request.ts';
import { askPermissions } from '../turn/ask-permissions.ts';
import { pathsRule } from './paths.ts';
import type { RelayAnswer } from './turn-relay.ts';

/**
 * Result of the check.
 * @param announced paths through the servers that the deployment announces
 * @param application answers of the TURN servers that the application gives to its users, to
 * requests for the addresses of the nodes
 */
export const turnRule = (
  announced: readonly PathCheck[],
  application: readonly RelayAnswer[],
): CheckResult => {
  const bad = application.flatMap(({ url, failure, permissions }) => [
    ...(failure === null ? [] : [`${url}: ${failure}`]),
    ...permissions.flatMap(({ peer, granted, code }) =>
      granted ? [] : [`${url} does not relay to the node at ${peer} (${code})`],
    ),
  ]);
  if (bad.length > 0) return found('error', bad, APPLICATION_FIX, APPLICATION_CAUSE);
  const relays = application.map(
    ({ url, permissions }) =>
      `${url} of the application relays to ${permissions.map(({ peer }) => peer).join(', ')}`,
  );
  if (announced.every(({ outcome }) => outcome === 'not_offered'))
    return relays.length > 0
      ? passed(...relays)
      : found('warning', ['the deployment announces no TURN server'], NONE_FIX, NONE_CAUSE);
  const useless = announced.filter(({ reason }) => reason === 'udp_not_offered');
  if (useless.length > 0 && announced.every(isUselessOrAbsent))
    return found(
      'warning',
      useless.map(
        ({ path, announced: urls }) =>
          `${path} (${urls.join(', ')}): TURN relays to UDP alone, and the nodes offer TCP only`,
      ),
      'remove rtc.force_tcp and give the nodes UDP ports, or remove the TURN servers: clients lose time with them',
      'The nodes have no UDP port, so no relay reaches them',
    );
  const result = pathsRule(announced, 'warning');
  return result.outcome === 'passed' ? passed(...result.evidence, ...relays) : result;
};

const isUselessOrAbsent = ({ outcome, reason }: PathCheck): boolean =>
  outcome === 'not_offered' || reason === 'udp_not_offered';

const NONE_CAUSE =
  'The deployment gives its clients no TURN server: unless your application does, users behind strict firewalls do not connect';
const NONE_FIX =
  'if your application has its own, check it: --turn-url, --turn-username and SWARM_TURN_CREDENTIAL, or SWARM_TURN_SECRET. Else set turn.enabled with turn.tls_port and turn.udp_port, or name servers in rtc.turn_servers';
const APPLICATION_CAUSE =
  'The TURN server of the application does not accept these credentials, cannot be reached, or does not relay to the nodes';
const APPLICATION_FIX =
  'compare the credential with the secret of the TURN server, open its port, and allow it to relay to the nodes (coturn: allowed-peer-ip)';

export const turn: Check = {
  id: 'turn',
  title: 'Media passes through every TURN server that is announced',
  severities: ['error', 'warning'],
  cause:
    'A TURN server does not accept the credentials that the nodes give out, or does not reach the nodes: users behind strict firewalls do not connect',
  fix: 'compare its secret with that of rtc.turn_servers, and open its ports',
  needs: ['split-brain', 'limits', 'candidates', 'turn-tls'],
  run: async ({ paths, nodes }, request) =>
    turnRule(
      (await paths()).filter(({ path }) => path.startsWith('turn-')),
      await askApplication(request, await nodes()),
    ),
};

/** Requests permissions for the nodes from each TURN server of the application. */
const askApplication = async (
  { turn: given, signal }: VerifyRequest,
  nodes: readonly NodeFacts[],
): Promise<RelayAnswer[]> => {
  const peers = new Set(
    nodes
      .flatMap(({ joined }) => (isAnnounced(joined) ? joined.candidates : []))
      .filter(({ protocol, address }) => protocol === 'udp' && isIP(address) === 4)
      .map(({ address }) => address),
  );
  const answers: RelayAnswer[] = [];
  for (const text of given?.urls ?? []) {
    const url = parseTurnUrl(text);
    if (given === null || url === null || signal.aborted) continue;
    try {
      const permissions = await askPermissions(url, given, [...peers]);
      answers.push({ url: text, failure: null, permissions });
    } catch (error) {
      const failure = messageOf(error);
      answers.push({ url: text, failure, permissions: [] });
    }
  }
  return answers;
};
