import { type Check, passed, skipped } from '../check.ts';
import { turnServersOf } from '../turn/turn-servers.ts';
import { certificateRule, presentedAt } from './certificate.ts';

export const turnTls: Check = {
  id: 'turn-tls',
  title: 'The certificate of TURN over TLS is accepted, and for two weeks more',
  severities: ['error', 'warning'],
  cause:
    'turn.cert_file is another certificate than that of the proxy, and is renewed apart from it: it has expired, or is not for turn.domain',
  fix: 'give turn.cert_file a certificate for turn.domain with its whole chain, and restart the server after each renewal',
  needs: ['nodes'],
  run: async (facts, request) => {
    const servers = await turnServersOf(facts, request);
    const secure = servers.filter(({ url }) => url.transport === 'tls');
    if (servers.length === 0) return skipped('no TURN server is announced');
    if (secure.length === 0) return passed('no TURN server over TLS is announced');
    const presented = await Promise.all(
      secure.map(({ url: { host, port, url } }) => presentedAt(host, host, port, url)),
    );
    return certificateRule(presented, Date.now(), request.validUntilMs);
  },
};
