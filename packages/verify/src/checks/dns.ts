import { codeOf } from '@livekit-swarm/settings';
import { type Check, found, passed, unknown } from '../check.ts';

/** Errors of getaddrinfo when this host's own resolver fails; they show nothing about the name. */
const OWN_RESOLVER = /^(EAI_AGAIN|EAI_FAIL|EAI_SYSTEM|EAI_MEMORY)$/;

export const dns: Check = {
  id: 'dns',
  title: 'The name has addresses',
  severities: ['error'],
  cause: 'The name is not published where users look it up, or is misspelt',
  fix: 'publish an A or AAAA record of the load balancer or node for this name',
  needs: [],
  isWayIn: true,
  run: async ({ url, addresses }) => {
    try {
      const all = await addresses();
      const list = all.map(({ address }) => address).join(', ');
      return passed(`${url.host} is ${list}`);
    } catch (error) {
      const code = codeOf(error) ?? '';
      return OWN_RESOLVER.test(code)
        ? unknown(`the resolver of this host did not look up ${url.host} (${code})`)
        : found('error', [`${url.host} has no address (${code || error})`]);
    }
  },
};
