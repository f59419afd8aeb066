/**
 * Faults that cannot be injected: listed so that their absence is explained, with an alternative.
 */
import { duration, SwarmError, strict } from '@livekit-swarm/settings';
import { nothingToFind } from './effects/effect-check.ts';
import type { DescribedFault } from './fault.ts';

const unavailableFault = <Params>(
  fault: Pick<DescribedFault<Params>, 'name' | 'description' | 'targets' | 'params' | 'example'>,
  why: string,
  hint: string,
): DescribedFault<Params> => ({
  ...fault,
  rollbackDescription: 'nothing to roll back',
  requires: [],
  lasts: true,
  unavailable: async () => why,
  inject: async () => {
    throw new SwarmError('fault_unavailable', why, hint);
  },
  missingEffect: nothingToFind,
  rollbackSteps: () => [],
  rollback: async () => {},
});

export const clockSkew = unavailableFault(
  {
    name: 'clock-skew',
    description: 'clock skew; not available for LiveKit (see "swarm chaos doctor")',
    targets: ['node'],
    params: strict({ by: duration(1).describe('How much its clock is ahead.') }),
    example: { by: '5m' },
  },
  'livekit-server is a static Go program that reads the time from the kernel, not from a library that could be replaced (LD_PRELOAD); time namespaces only ' +
    'shift the monotonic clock (time_namespaces(7)); and the clock of the host is shared by everything on it, including the measurement',
  'run the node on its own host and set the clock there',
);
