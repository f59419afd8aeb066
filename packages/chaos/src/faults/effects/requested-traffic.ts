import type { NetworkFault } from '../../targets/target.ts';
import type { DescribedFault } from '../fault.ts';
import { forAll } from './process-control.ts';

/**
 * The same fault, for targets whose packets somebody else drops or holds when asked to as well (Chaos Mesh, for pods).
 * @param trouble what is asked for
 */
export const requestedTraffic = <Params>(
  fault: DescribedFault<Params>,
  trouble: (params: Params) => NetworkFault,
): DescribedFault<Params> => ({
  ...fault,
  unavailable: async (target, member, params) =>
    target.network === undefined
      ? fault.unavailable(target, member, params)
      : target.network.missingCapability(member, trouble(params)),
  inject: async (context) => {
    const { platform, components, id, params, durationMs } = context;
    const { network } = platform;
    if (network === undefined) return fault.inject(context);
    await forAll(components, (member) => network.request(member, id, trouble(params), durationMs));
  },
  rollback: async (context) => {
    const { platform, components, id } = context;
    const { network } = platform;
    if (network === undefined) return fault.rollback(context);
    await forAll(components, (member) => network.withdraw(member, id));
  },
});
