import { SwarmError } from '@livekit-swarm/settings';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

const WHY =
  'LiveKit and its TURN server read their certificate once, when they start: one that expires while they run is not noticed by them, and ends nothing but new ' +
  "TLS connections; and to put another certificate into somebody's deployment, a drill would have to hold its private key";

/** In the registry, so that whoever looks for it learns why it is not to be had, and what to do instead. */
export const certificateExpiry: DescribedFault<NoParams> = {
  name: 'certificate-expiry',
  description: 'the certificate of TLS or TURN has expired: not to be had by a drill, and says why',
  rollbackDescription: 'there is nothing to take back',
  requires: [],
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: async (_target, { name }) =>
    `${name}: ${WHY}. What it looks like to users is a blackhole of TCP for newcomers`,
  inject: async () => {
    throw new SwarmError(
      'fault_unavailable',
      WHY,
      'rehearse it with a deployment of your own that is started with such a certificate',
    );
  },
  rollback: async () => {},
};
