import { type Check, found, passed } from '../check.ts';
import { scopeOfAddress } from '../facts/scope.ts';

export const plainSignalling: Check = {
  id: 'plain-signalling',
  title: 'Signalling to a public address is encrypted',
  severities: ['error'],
  cause:
    'Every network on the way can read the tokens, and browsers allow neither camera nor microphone on pages without TLS',
  fix: 'put a proxy with a certificate in front, and use wss://',
  needs: ['dns'],
  run: async ({ url, addresses }) => {
    if (url.secure) return passed('wss://');
    const open = (await addresses()).filter(({ address }) => scopeOfAddress(address) === 'public');
    return open.length === 0
      ? passed('ws://, to no public address')
      : found('error', [`${url.ws} has the public address ${open[0]?.address}`]);
  },
};
