import { scopeOfAddress } from '@livekit-swarm/host';
import { type Check, type CheckResult, found, passed } from '../check.ts';

/** @param addresses addresses of the host of the URL */
export const plainSignallingRule = (
  { secure, ws }: { secure: boolean; ws: string },
  addresses: readonly string[],
): CheckResult => {
  if (secure) return passed('wss://');
  const open = addresses.find((address) => scopeOfAddress(address) === 'public');
  return open === undefined
    ? passed('ws://, to no public address')
    : found('error', [`${ws} has the public address ${open}`]);
};

export const plainSignalling: Check = {
  id: 'plain-signalling',
  title: 'Signalling to a public address is encrypted',
  severities: ['error'],
  cause:
    'Every network on the way can read the tokens, and browsers allow neither camera nor microphone on pages without TLS',
  fix: 'put a proxy with a certificate in front, and use wss://',
  needs: ['dns'],
  run: async ({ url, addresses }) =>
    plainSignallingRule(url, url.secure ? [] : (await addresses()).map(({ address }) => address)),
};
