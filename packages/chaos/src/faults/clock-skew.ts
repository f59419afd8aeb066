import { duration, SwarmError, strict } from '@livekit-swarm/settings';
import type { DescribedFault } from './fault.ts';

const WHY =
  'livekit-server is a static Go program that reads the time from the kernel, not from a library that could be replaced (LD_PRELOAD); time namespaces only ' +
  'shift the monotonic clock (time_namespaces(7)); and the clock of the host is shared by everything on it, including the measurement';

/** In the registry so that its absence is explained. */
export const clockSkew: DescribedFault<{ by: number }> = {
  name: 'clock-skew',
  description: 'clock skew; not available for LiveKit (see "swarm chaos doctor")',
  rollbackDescription: 'nothing to roll back',
  requires: [],
  targets: ['node'],
  params: strict({ by: duration(1).describe('How much its clock is ahead.') }),
  lasts: true,
  unavailable: async () => WHY,
  inject: async () => {
    throw new SwarmError(
      'fault_unavailable',
      WHY,
      'run the node on its own host and set the clock there',
    );
  },
  rollback: async () => {},
};
