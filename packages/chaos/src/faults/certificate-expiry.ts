import { SwarmError } from '@livekit-swarm/settings';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

const WHY =
  'LiveKit and its TURN server read their certificate once, when they start: if it expires while they run, only new TLS connections fail; to replace the ' +
  'certificate of a deployment, a drill would need its private key';

/** In the registry so that its absence is explained, with an alternative. */
export const certificateExpiry: DescribedFault<NoParams> = {
  name: 'certificate-expiry',
  description:
    'expired TLS or TURN certificate; not available in a drill (see "swarm chaos doctor")',
  rollbackDescription: 'nothing to roll back',
  requires: [],
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  lasts: true,
  unavailable: async (_target, { name }) =>
    `${name}: ${WHY}. Its effect on new participants is that of a blackhole of TCP`,
  inject: async () => {
    throw new SwarmError(
      'fault_unavailable',
      WHY,
      'test it with a deployment that is started with such a certificate',
    );
  },
  rollback: async () => {},
};
