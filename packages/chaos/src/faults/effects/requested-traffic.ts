import type { NetworkFault } from '../../targets/platform.ts';
import type { DescribedFault } from '../fault.ts';
import { forAll } from './process-control.ts';

/**
 * The same fault, also for platforms where a controller impairs packets on request (Chaos Mesh, for pods).
 * @param request what is requested from the controller
 */
export const requestedTraffic = <Params>(
  fault: DescribedFault<Params>,
  request: (params: Params) => NetworkFault,
): DescribedFault<Params> => ({
  ...fault,
  unavailable: async (platform, component, params) =>
    platform.network === undefined
      ? fault.unavailable(platform, component, params)
      : platform.network.missingCapability(component, request(params)),
  inject: async (context) => {
    const { platform, components, id, params, durationMs } = context;
    const { network } = platform;
    if (network === undefined) return fault.inject(context);
    await forAll(components, (component) =>
      network.request(component, id, request(params), durationMs),
    );
  },
  rollback: async (context) => {
    const { platform, components, id } = context;
    const { network } = platform;
    if (network === undefined) return fault.rollback(context);
    await forAll(components, (component) => network.withdraw(component, id));
  },
});
