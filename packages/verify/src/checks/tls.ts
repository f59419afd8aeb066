import { type Check, skipped } from '../check.ts';
import { certificateRule, presentedAt } from './certificate.ts';

export const tls: Check = {
  id: 'tls',
  title: 'The certificate of signalling is accepted, and for two weeks more',
  severities: ['error', 'warning'],
  cause:
    'The certificate has expired or soon will, is for another name, or lacks the intermediate certificate: browsers refuse it, and so do the SDKs',
  fix: 'present a certificate for this name with its whole chain',
  needs: ['addresses'],
  isWayIn: true,
  run: async ({ url, port, addresses }, { validUntilMs }) => {
    if (!url.secure) return skipped('signalling has no TLS');
    const presented = await Promise.all(
      (await addresses()).map(({ address }) =>
        presentedAt(url.host, address, port, `${url.ws} at ${address}`),
      ),
    );
    return certificateRule(presented, Date.now(), validUntilMs);
  },
};
