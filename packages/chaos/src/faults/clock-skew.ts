import { duration, SwarmError, strict } from '@livekit-swarm/settings';
import type { DescribedFault } from './fault.ts';

const WHY =
  'livekit-server is a static Go program, which asks the kernel for the time and not a library that could be replaced (LD_PRELOAD); time namespaces move the ' +
  'monotonic clock alone (time_namespaces(7)); and the clock of the machine is that of everything on it, the measurement included';

/** In the registry, so that whoever looks for it learns why it is not to be had. */
export const clockSkew: DescribedFault<{ by: number }> = {
  name: 'clock-skew',
  description: 'its clock is wrong: not to be had for LiveKit, and says why',
  rollbackDescription: 'there is nothing to take back',
  requires: [],
  targets: ['node'],
  params: strict({ by: duration(1).describe('How much its clock is ahead.') }),
  lasts: true,
  unavailable: async () => WHY,
  inject: async () => {
    throw new SwarmError(
      'fault_unavailable',
      WHY,
      'put the node on a machine of its own and set that clock',
    );
  },
  rollback: async () => {},
};
