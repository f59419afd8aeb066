import { scopeOfAddress } from '@livekit-swarm/host';
import { signClaims, validateAdmission } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped } from '../../check.ts';
import { TAKES_TOKEN } from '../../checks/keys.ts';

/** Ports on which LiveKit is often reachable without TLS: HTTP, and livekit-server's own. */
const PLAIN_PORTS = [80, 7880] as const;
const TIMEOUT_MS = 3_000;

/** Answer of a port to a request without TLS. */
export interface PlainAnswer {
  url: string;
  /** livekit-server itself answered. */
  isLiveKit: boolean;
  answer: string;
}

/** @param isPublic whether an address of the deployment is public */
export const plainBesideRule = (
  answers: readonly PlainAnswer[],
  isPublic: boolean,
): CheckResult => {
  const open = answers.filter(({ isLiveKit }) => isLiveKit);
  return open.length > 0
    ? found(
        isPublic ? 'error' : 'warning',
        open.map(({ url, answer }) => `${url}: livekit-server answers without TLS (${answer})`),
      )
    : passed(...answers.map(({ url, answer }) => `${url}: ${answer}`));
};

export const plainBeside: Check = {
  id: 'plain-beside',
  title: 'LiveKit does not answer without TLS beside wss://',
  severities: ['error', 'warning'],
  cause:
    'The port of livekit-server is open beside that of the proxy: who uses it sends tokens and the API key’s signatures in the clear, and goes around the limits of the proxy',
  fix: 'bind livekit-server to an address that only the proxy reaches (bind_addresses), or close its port in the firewall',
  needs: ['addresses'],
  run: async ({ url, addresses }, { adminPorts }) => {
    if (!url.secure) return skipped('signalling has no TLS: see plain-signalling');
    const { pathname, hostname } = new URL(url.http);
    const ports = new Set([...PLAIN_PORTS, ...(adminPorts ?? [])]);
    const answers: PlainAnswer[] = [];
    for (const port of ports) {
      const plain = `ws://${hostname}:${port}${pathname}`;
      const { isLiveKit, answer } = await askPlain(plain);
      answers.push({ url: plain.replace(/\/$/, ''), isLiveKit, answer });
    }
    const isPublic = (await addresses()).some(
      ({ address }) => scopeOfAddress(address) === 'public',
    );
    return plainBesideRule(answers, isPublic);
  },
};

/** A token of no key: a real one is never sent in the clear. */
const worthlessToken = (): string =>
  signClaims({ iss: 'swarm-audit', sub: 'audit', video: { roomJoin: true, room: 'audit' } }, 'x');

const askPlain = async (url: string): Promise<Pick<PlainAnswer, 'isLiveKit' | 'answer'>> => {
  const asked = await validateAdmission({ url, token: worthlessToken(), timeoutMs: TIMEOUT_MS });
  if (asked.ok) return { isLiveKit: true, answer: 'it accepted a token of no key' };
  const { answer, reason } = asked.rejection;
  const isLiveKit = answer?.who === 'livekit' || TAKES_TOKEN.has(reason);
  return {
    isLiveKit,
    answer: answer === undefined ? `no answer (${reason})` : `${answer.status} (${reason})`,
  };
};
